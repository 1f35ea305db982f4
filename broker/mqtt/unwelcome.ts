import type { Client } from 'aedes'
import { generate, type IConnectPacket } from 'mqtt-packet'
import { type ErrorCode, errorTable } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'

/** Why a CONNECT is refused whoever sends it, and the CONNACK that says so in the client's own version of MQTT. */
export type Unwelcome = { code: ErrorCode; answer: Buffer }

/** CONNACK return code 2 of MQTT 3.1.1, identifier rejected. */
const identifierRejected = 2
/** CONNACK reason code of MQTT 5 §3.1.2.2, unsupported protocol version. */
const unsupportedVersion = 0x84

/**
 * What Aedes itself would answer wrongly. To MQTT 5 it gives the CONNACK of 3.1.1, which some clients of version 5 take
 * for a broken packet, so that a person cannot see what to mend. And it makes up an id for a session that is to last,
 * which nobody could ever come back to [MQTT-3.1.3-8]; MQTT 3.1 knows no empty ids at all.
 */
export function unwelcome({ protocolVersion, clientId, clean }: IConnectPacket): Unwelcome | undefined {
  if (protocolVersion === 5) return { code: 'protocol_unsupported', answer: refusalOfMqtt5() }
  const code = wrongWithId({ protocolVersion, clientId, clean })
  if (!code) return undefined
  return { code, answer: generate({ cmd: 'connack', returnCode: identifierRejected, sessionPresent: false }) }
}

/** A NUL is allowed nowhere in MQTT [MQTT-1.5.3-2]. Slashes do no harm: a session's id begins with its principal. */
function wrongWithId({ protocolVersion, clientId, clean }: Partial<IConnectPacket>): ErrorCode | undefined {
  if (!clientId) return protocolVersion === 4 && clean ? undefined : 'client_id_missing'
  const isWrong = Buffer.byteLength(clientId) > limits.clientIdBytes || clientId.includes('\0')
  return isWrong ? 'client_id_refused' : undefined
}

/** Holds a device to the longest keep-alive that there is; one that asked for none would never be missed. */
export function holdToKeepAlive(packet: IConnectPacket): void {
  packet.keepalive = Math.min(packet.keepalive || limits.keepAliveSeconds, limits.keepAliveSeconds)
}

function refusalOfMqtt5(): Buffer {
  const properties = { reasonString: errorTable.protocol_unsupported.text }
  const packet = { cmd: 'connack', reasonCode: unsupportedVersion, sessionPresent: false, properties } as const
  return generate(packet, { protocolVersion: 5 })
}

/** Sends the answer, hears nothing more, and calls `done`, which ends the connection, when the answer is on its way. */
export function turnAway({ conn }: Client, answer: Buffer, done: () => void): void {
  conn.removeAllListeners('readable')
  conn.write(answer, done)
}
