import { counted } from '../seen.ts'
import { type Clause, grouped, notObserved, notTested } from './clause.ts'
import { distinct, greeted, onLine } from './greeting.ts'

export const tls: Clause = {
  id: 'tls',
  title: 'TLS',
  text: 'Every connection is TLS 1.2 or newer.',
  why: 'Without it the token and the health of a resident go over the air in clear text.',
  judge(seen) {
    const plain = greeted(seen).filter(({ secure }) => !secure)
    const secured = seen.lines.filter((line) => line.tls !== undefined)
    const broken = seen.lines.filter((line) => line.handshakeFailure !== undefined && line.disguise === 'own')
    if (plain.length + secured.length + broken.length === 0) return notObserved('Nothing connected.')
    const found = [
      ...plain.map((line) => ({
        what: 'connected without TLS',
        where: onLine(line),
        mend: 'Connect with TLS (mqtts) to the TLS port; keep plain TCP for the bench.',
      })),
      ...broken.map((line) => ({
        what: `the TLS handshake failed: ${line.handshakeFailure?.trim()}`,
        where: onLine(line),
        mend: 'Offer TLS 1.2 or 1.3 with a common cipher, and trust the CA that the kit has written down.',
      })),
    ]
    const versions = distinct(secured.map((line) => line.tls ?? ''))
    return {
      faults: grouped(found),
      evidence: secured.length > 0 ? [`${counted(secured.length, 'handshake')}: ${versions}`] : [],
    }
  },
}

const mendOfDisguise = {
  own: '',
  stranger:
    "Check the server's certificate against the CA that you install on the device, and end the handshake where it does not hold.",
  misnamed: 'Check that the certificate names the host that the device connects to.',
}
const nameOfDisguise = {
  own: '',
  stranger: 'of a CA that it cannot know',
  misnamed: 'of the right CA for another host',
}

export const certificate: Clause = {
  id: 'certificate',
  title: 'Certificate checked',
  text: 'A server with a certificate of an unknown CA, or with one for another host, never gets the CONNECT.',
  why: 'A device that believes any certificate tells its token to whoever stands in between.',
  judge(seen) {
    const disguised = seen.lines.filter((line) => line.disguise !== 'own' && line.ended)
    if (disguised.length === 0) {
      const isSecured = seen.lines.some((line) => line.tls !== undefined)
      return notTested(isSecured ? 'The run ended before its turn came.' : 'It needs a device that connects with TLS.')
    }
    const found = disguised
      .filter((line) => line.hello)
      .map((line) => ({
        what: `sent its CONNECT, password and all, to a server with a certificate ${nameOfDisguise[line.disguise]}`,
        where: onLine(line),
        mend: mendOfDisguise[line.disguise],
      }))
    const refused = disguised.filter((line) => !line.hello)
    const tried = new Set(refused.map(({ disguise }) => nameOfDisguise[disguise]))
    return { faults: grouped(found), evidence: [...tried].map((name) => `hung up on a certificate ${name}`) }
  },
}
