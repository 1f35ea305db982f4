import { limits } from '../../domain/limits.ts'
import { type Credential, keyOf, type Principal } from './principal.ts'

/** Who was let in, by what: so that whoever loses his line while the registry is away gets in again with an SOS. */
export type Known = { principal: Principal; credential: Credential }

/**
 * Whom the front door knows by memory. `proof` is a digest of what was shown, so whoever guesses finds nothing, and makes
 * it forget nothing.
 */
export type Remembered = {
  add(proof: string, known: Known): void
  find(proof: string): Known | undefined
  forget(proof: string): void
  /** Forgets all that a principal has shown. */
  forgetPrincipal(key: string): void
  /** Forgets all certificates that a vendor's authorities issued. */
  forgetCertificates(vendor: string): void
  forgetAll(): void
}

/** Keeps `limits.rememberedDevices`; the one that was not seen for longest makes room. */
export function openRemembered(): Remembered {
  const known = new Map<string, Known>()
  const proofs = new Map<string, Set<string>>()

  function forget(proof: string): void {
    const one = known.get(proof)
    if (!one) return
    known.delete(proof)
    const key = keyOf(one.principal)
    const own = proofs.get(key)
    own?.delete(proof)
    if (own?.size === 0) proofs.delete(key)
  }

  return {
    add(proof, one) {
      forget(proof)
      known.set(proof, one)
      const key = keyOf(one.principal)
      proofs.set(key, (proofs.get(key) ?? new Set()).add(proof))
      const [oldest] = known.keys()
      if (known.size > limits.rememberedDevices && oldest !== undefined) forget(oldest)
    },
    find: (proof) => known.get(proof),
    forget,
    forgetPrincipal(key) {
      for (const proof of [...(proofs.get(key) ?? [])]) forget(proof)
    },
    forgetCertificates(vendor) {
      for (const [proof, { credential }] of [...known])
        if (credential.kind === 'certificate' && credential.vendor === vendor) forget(proof)
    },
    forgetAll() {
      known.clear()
      proofs.clear()
    },
  }
}
