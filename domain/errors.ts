/**
 * Every refusal that a user, a device or a program can meet. The code is stable; the text says what to mend.
 * `status` is the HTTP answer, and 0 where the code never leaves by HTTP.
 */
export const errorTable = {
  // what a device publishes
  payload_not_json: { status: 400, text: 'The payload is not JSON (UTF-8, one object or an array of objects).' },
  payload_empty: { status: 400, text: 'The payload is empty.' },
  payload_too_large: { status: 413, text: 'The payload is larger than 256 KiB; send it in parts.' },
  payload_too_deep: { status: 400, text: 'The payload is nested deeper than 32 levels.' },
  payload_invalid: { status: 400, text: 'The payload has a field that is missing or of the wrong type.' },
  payload_encrypted: {
    status: 400,
    text: 'The payload is encrypted and Vigil has no key; let the device or gateway send it open, over TLS.',
  },
  birth_missing: {
    status: 400,
    text: 'Values were told by numbers whose names only the birth message tells; ask for a rebirth, then replay.',
  },
  batch_too_long: { status: 400, text: 'The batch holds more than 5,000 entries; send it in parts.' },
  value_not_a_number: { status: 400, text: 'A reading is not a finite number.' },
  metric_unknown: { status: 400, text: 'The metric is not in the list of metrics; see docs/Vendor.md.' },
  signal_unknown: { status: 400, text: 'The signal is not in the list of signals; see docs/Vendor.md.' },
  command_unknown: { status: 404, text: 'The device was sent no command of this id; the answer is kept.' },
  time_invalid: { status: 400, text: '`at` is neither ISO 8601 with a zone nor epoch milliseconds.' },
  topic_unknown: { status: 404, text: 'No codec takes this topic; see docs/Vendor.md for the topics.' },
  codec_unknown: {
    status: 404,
    text: 'No codec of this name takes pushes; `vigil codec list` names them. What was pushed is kept as a dead letter.',
  },
  topic_foreign: {
    status: 403,
    text: 'This account may not speak for the device of the topic; publish under vigil/v1/{own id}/… or that of a child.',
  },
  codec_failed: {
    status: 500,
    text: 'The codec broke on this message; it is kept whole and can be replayed after a fix.',
  },
  point_refused: { status: 0, text: 'The telemetry database refused this point for good.' },
  // the front door
  unauthenticated: { status: 401, text: 'The token is missing, unknown or revoked.' },
  credential_expired: { status: 401, text: 'The token or certificate has run out; use the newest one.' },
  certificate_refused: {
    status: 401,
    text: 'The client certificate is not taken; see docs/Mqtt.md for what it must be, and the audit for what it lacks.',
  },
  forbidden: { status: 403, text: 'The token does not allow this.' },
  csrf_refused: {
    status: 403,
    text: 'A change by the session cookie is taken from the console’s own page only; programs send a bearer token.',
  },
  session_locked: {
    status: 423,
    text: 'The session is locked; unlock it with the password at POST /api/v1/session/unlock.',
  },
  protocol_unsupported: {
    status: 0,
    text: 'Vigil speaks MQTT 3.1.1 and 3.1, not MQTT 5; set the client to version 3.1.1.',
  },
  client_id_missing: {
    status: 0,
    text: 'A session that is to last needs a client id; give one, or ask for a clean session.',
  },
  subscription_refused: {
    status: 403,
    text: 'This account may not subscribe to that: a device may to its own commands and receipts; see docs/Mqtt.md.',
  },
  packet_too_large: {
    status: 0,
    text: 'One MQTT packet is larger than 2 MiB; the connection was cut. Send it in parts.',
  },
  packet_too_slow: {
    status: 0,
    text: 'A packet came so slowly that it was not coming; the connection was cut. Send smaller packets, each in one go.',
  },
  unfinished_too_much: {
    status: 0,
    text: 'Too many packets were begun and not ended; the connection was cut. Send each packet in one go.',
  },
  too_many_filters: {
    status: 0,
    text: 'One SUBSCRIBE or UNSUBSCRIBE has more than 1,000 filters; the connection was cut. Send several.',
  },
  slow_subscriber: {
    status: 0,
    text: 'More waited to be taken off than is kept for a connection; it was cut. Read faster, or subscribe to less.',
  },
  client_id_refused: { status: 0, text: 'The MQTT client id is longer than 128 bytes, or holds a NUL.' },
  quota_exceeded: {
    status: 429,
    text: 'More is sent than the quota of this device, vendor or address allows; not stored, send again more slowly. Safety signals still pass.',
  },
  idempotency_key_invalid: { status: 400, text: 'Idempotency-Key is empty, longer than 255 characters or not ASCII.' },
  idempotency_key_reused: {
    status: 422,
    text: 'Another request came under this Idempotency-Key within 24 hours; take a new key for what is not a repeat.',
  },
  journal_full: {
    status: 503,
    text: 'The journal is at its limit; not stored, send again later. Safety signals still pass.',
  },
  journal_unwritable: {
    status: 503,
    text: 'The journal cannot be written (disk full or failing); not stored, send again.',
  },
  front_door_unreachable: { status: 503, text: 'The broker process does not answer; not stored, send again.' },
  // people and programs
  journal_unreadable: { status: 503, text: 'The journal cannot be read at the moment; try again shortly.' },
  watchers_too_many: {
    status: 429,
    text: 'As many monitors of messages are open as may be; close one that nobody needs, and try again.',
  },
  not_found: { status: 404, text: 'There is nothing under this id that you may see.' },
  request_invalid: { status: 400, text: 'The request has a field that is missing or of the wrong type.' },
  id_taken: { status: 409, text: 'This id is in use already.' },
  reference_unknown: {
    status: 409,
    text: 'The request names something that does not exist; the detail says what.',
  },
  still_referenced: { status: 409, text: 'Something still belongs to this; move or delete that first.' },
  transition_not_allowed: { status: 409, text: 'The ticket is in a state from which this step is not allowed.' },
  late_only: {
    status: 409,
    text: 'All evidence of this ticket is from before, a drill or not to be relied upon; send confirm: true to send help all the same.',
  },
  held_by_other: { status: 409, text: 'Another operator holds this ticket; it must be handed over.' },
  link_invalid: {
    status: 410,
    text: 'This link was used already, is too old, or belongs to a call that is over; look at the console, or telephone the centre.',
  },
  outcome_required: { status: 400, text: 'Closing a ticket needs an outcome code.' },
  not_shared: {
    status: 409,
    text: 'Nobody shared this ticket with that area by hand; what a sharing gives ends with it.',
  },
  signature_invalid: {
    status: 401,
    text: 'There is no such partner, or the signature is not of this body by its secret; see docs/Partners.md.',
  },
  signature_stale: {
    status: 401,
    text: 'The timestamp is more than 300 s from now; set the clock, and sign each attempt anew.',
  },
  partner_ticket_unknown: { status: 404, text: 'This partner shares no ticket of this id with us.' },
  command_too_large: { status: 413, text: 'The command is larger than 8 KiB.' },
  commands_full: {
    status: 429,
    text: 'As many commands wait for this device as may; wait until it has taken them or they expire.',
  },
  gateway_invalid: {
    status: 409,
    text: 'This gateway cannot speak for the device: one level of gateways, of the same vendor; name another gateway.',
  },
  authority_invalid: {
    status: 400,
    text: 'Not a CA certificate that can be taken; send PEM certificates with CA:TRUE that are not out of date.',
  },
  authority_taken: {
    status: 409,
    text: 'Another vendor has this CA or one above or below it; use a CA of your own, or remove it there.',
  },
  revocation_invalid: {
    status: 400,
    text: 'Not a certificate or revocation list that an authority of this vendor signed; send it as PEM.',
  },
  claim_refused: {
    status: 401,
    text: 'Device or claim code is wrong, used already or out of date; have a new code made.',
  },
  login_failed: { status: 401, text: 'Name or password is wrong.' },
  oidc_off: { status: 404, text: 'Logging in by another provider is not set up here; log in with name and password.' },
  oidc_unreachable: {
    status: 503,
    text: 'The identity provider does not answer; try again, or log in with name and password.',
  },
  oidc_misconfigured: {
    status: 502,
    text: 'Vigil and the identity provider are not set up for each other; tell an administrator.',
  },
  oidc_state_wrong: {
    status: 400,
    text: 'This log-in was not begun in this browser, or another one was begun since; begin again.',
  },
  oidc_over: { status: 400, text: 'This log-in was used already or took longer than 10 minutes; begin again.' },
  oidc_denied: { status: 401, text: 'The identity provider did not log this person in; begin again.' },
  oidc_code_refused: {
    status: 401,
    text: 'The identity provider does not take this code: used already, too old or of another log-in; begin again.',
  },
  oidc_nonce_wrong: { status: 401, text: 'The proof of the identity provider is for another log-in; begin again.' },
  oidc_clock_off: {
    status: 401,
    text: 'The clocks of Vigil and of the identity provider differ by more than 30 s; tell an administrator.',
  },
  oidc_proof_invalid: { status: 401, text: 'The proof of the identity provider does not hold; tell an administrator.' },
  oidc_unknown_operator: {
    status: 403,
    text: 'The provider knows you, but nobody here goes by that identity; ask an administrator to enter it.',
  },
  too_many_requests: { status: 429, text: 'Too many requests; wait and try again.' },
  request_too_slow: {
    status: 408,
    text: 'The request did not arrive whole in time: headers within 15 s, all of it within 120 s; send it in parts.',
  },
  too_many_points: { status: 413, text: 'More than 1,000,000 points; narrow the time or use every=.' },
  telemetry_unreachable: { status: 503, text: 'The telemetry database does not answer; ask again later.' },
  internal: { status: 500, text: 'Something broke on our side; the log has it under the given request id.' },
} as const

export type ErrorCode = keyof typeof errorTable

/** A refusal with a stable code. `detail` says what exactly was wrong, in one sentence, without secrets. */
export class VigilError extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined
  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ? `${code}: ${detail}` : `${code}: ${errorTable[code].text}`, options)
    this.code = code
    this.detail = detail
  }
}

/** An answer after RFC 9457 (problem+json). `code` is what programs should look at. */
export type Problem = { type: string; title: string; status: number; code: ErrorCode; detail?: string }

/** What an HTTP caller is told of a failure; anything that is not a VigilError is `internal` and tells nothing more. */
export function problemOf(err: unknown): Problem {
  const { code, detail } = err instanceof VigilError ? err : { code: 'internal' as const, detail: undefined }
  const { status, text } = errorTable[code]
  return { type: `urn:vigil:error:${code}`, title: text, status: status || 500, code, ...(detail && { detail }) }
}
