import { z } from 'zod'
import { addressKey } from '../domain/addresses.ts'
import { claimCodePattern } from '../domain/claim_code.ts'
import type { Clock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { recordAudit } from '../store/audit.ts'
import { claim, mayClaim } from '../store/claims.ts'
import { accessOfDevice, deviceKey } from '../store/devices.ts'
import type { Store } from '../store/store.ts'
import type { Api, ApiDeps } from './context.ts'
import { createLockout, type Lockout } from './lockout.ts'
import { answers } from './openapi.ts'

const windowMs = 5 * 60_000

const Claim = z.object({
  device: Id,
  code: z
    .string()
    .regex(claimCodePattern, 'a claim code is 12 letters and digits, such as 7K3M-Q9ZD-0VXA')
    .describe('capitals or not; O is taken for 0, I and L for 1'),
})

/** `POST /claims`: a registered device fetches its first token, with nothing but what is printed on its box. */
export function claimRoutes(app: Api, { store, clock }: ApiDeps): void {
  const guard = createClaimGuard(clock)
  app.route({
    method: 'POST',
    url: '/api/v1/claims',
    config: { may: 'anyone', rateLimit: { max: limits.claimsPerMinute, timeWindow: 60_000 } },
    schema: {
      summary: 'Fetch a device’s first token with its claim code',
      description: `The answer may be lost on its way: for ${limits.claimRepeatMs / 60_000} minutes the same code gives a token once more, and the one before is void. After ${limits.claimFailures} wrong codes within five minutes an address must wait; see \`retry-after\` (seconds).`,
      tags: ['credentials'],
      security: [],
      body: Claim,
      response: answers({ 201: z.object({ device: Id, token: z.string() }) }, 'claim_refused'),
    },
    handler: async (request, reply) => {
      const { device, code } = request.body
      const wait = guard.byAddress.attempt(addressKey(request.ip))
      if (wait > 0) {
        reply.header('retry-after', Math.ceil(wait / 1_000))
        throw new VigilError('too_many_requests', 'Too many wrong claim codes; wait and try again.')
      }
      if (!(await mayClaim(store.db, device, code, clock.now()))) {
        await noteRefused(store, guard, { device, address: request.ip, at: clock.now() })
        throw new VigilError('claim_refused')
      }
      const now = clock.now()
      const { token } = await store.write(async (tx) => {
        const made = await claim(tx, device, code, now)
        const subject = deviceKey(device)
        await recordAudit(tx, { at: now, who: subject, what: 'claimed', subject, address: request.ip })
        return made
      })
      guard.byAddress.succeeded(addressKey(request.ip))
      return reply.code(201).send({ device, token })
    },
  })
}

type ClaimGuard = { byAddress: Lockout; audited: Lockout }

const createClaimGuard = (clock: Clock): ClaimGuard => ({
  byAddress: createLockout(clock, limits.claimFailures, windowMs),
  audited: createLockout(clock, limits.claimRefusalsNoted, windowMs),
})

/** Only of devices that there are, and no more than so many: whoever guesses must not fill the table or hold up writes. */
async function noteRefused(
  store: Store,
  { audited }: ClaimGuard,
  { device, address, at }: { device: string; address: string; at: number },
): Promise<void> {
  if (!(await accessOfDevice(store.db, device)) || audited.attempt('all') > 0) return
  const subject = deviceKey(device)
  await store.write((tx) => recordAudit(tx, { at, who: 'anyone', what: 'refused:claim_refused', subject, address }))
}
