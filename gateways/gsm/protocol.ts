/** What the gateway needs to know of a protocol. All of it is pure. */
export type Protocol = {
  /** As in its topics: `gsm/{name}/{id}`. */
  name: ProtocolName
  /** Takes a connection's bytes apart, as far as they are whole. */
  split(bytes: Buffer): Split
  /** Whose a frame is by its own word; undefined where it does not say. */
  idOf(frame: Buffer): string | undefined
  /** What the device waits for after this frame; undefined where it waits for nothing. `now`: epoch ms. */
  answerTo(frame: Buffer, now: number): Buffer | undefined
}

export const protocolNames = ['watch', 'eview', 'trv'] as const
export type ProtocolName = (typeof protocolNames)[number]

/** A piece of a connection's bytes: a frame, or what could not be framed, which is published and never answered. */
export type Piece = { bytes: Buffer; isFrame: boolean }
/** `rest`: the beginning of a frame whose end has not come yet. */
export type Split = { pieces: Piece[]; rest: Buffer }

const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte <= 0x20)

/** Notes what could not be framed; line ends and padding between frames are nothing. */
export function addBroken(pieces: Piece[], bytes: Buffer): void {
  if (!isBlank(bytes)) pieces.push({ bytes, isFrame: false })
}
