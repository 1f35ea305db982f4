import { z } from 'zod'

/**
 * What the token of an integration can be allowed, by the names of the permissions in api/auth.ts. Not among them is what
 * writes operators, vendors and integrations: a program that may do that makes itself whatever it likes.
 */
export const scopePermissions = [
  'read_rules',
  'read_tickets',
  'act_on_tickets',
  'read_registry',
  'read_devices',
  'write_plans',
  'write_registry',
  'write_absences',
  'read_vendors',
  'revoke_certificates',
  'enrol_devices',
  'read_audit',
  'read_front_door',
  'read_refusals',
  'read_telemetry',
  'read_dead_letters',
  'read_messages',
  'replay_dead_letters',
  'command_devices',
] as const
export type ScopePermission = (typeof scopePermissions)[number]

/** Permissions that there are and that no token of a program gets. */
const peoplesOwn: readonly string[] = [
  'read_partners',
  'write_partners',
  'write_sharings',
  'write_operators',
  'write_vendors',
  'write_channels',
  'manage_integrations',
]

function whyNot(name: unknown): string {
  if (name === 'be_signed_in') return 'every token may do what be_signed_in allows; leave it out'
  if (typeof name === 'string' && peoplesOwn.includes(name))
    return `${name} is for people only: a program that has it could give itself or others more`
  const shown = typeof name === 'string' ? `${name.slice(0, 40)} is no permission` : 'a permission is a name'
  return `${shown}; there are ${scopePermissions.join(', ')}`
}

/** The permissions of a token: each named once is enough, in any order; none at all lets it in and shows it nothing. */
export const Scope = z
  .array(z.enum(scopePermissions, { error: ({ input }) => whyNot(input) }))
  .max(50)
  .transform((names) => scopePermissions.filter((name) => names.includes(name)))
  .describe('what it may do, by the names of permissions; absent or null: read what a viewer may')

/** What an integration without a scope may do: a viewer's permissions. */
export const viewersScope: readonly ScopePermission[] = [
  'read_rules',
  'read_tickets',
  'read_registry',
  'read_devices',
  'read_telemetry',
]
