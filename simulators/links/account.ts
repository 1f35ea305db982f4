/**
 * What became of the messages of one link or of many. Always `sent` = `acknowledged` + those on the wire that wait for
 * an answer; what waits without having been on the wire, and what was dropped, is in neither.
 */
export type Account = {
  /** Messages put on the wire for the first time. */
  sent: number
  /** Messages that Vigil has: PUBACK, or an HTTP answer that is final. */
  acknowledged: number
  /** Messages put on the wire once more, because the line was gone before the answer. */
  redelivered: number
  /** Refusals: of the token (CONNACK, HTTP 401), or of a message (receipt, HTTP 4xx). */
  refused: number
  /** Messages given up unsent, because more waited than the device keeps. Never a signal. */
  dropped: number
  connects: number
  /** Connections lost, by a scripted cut or by themselves. */
  lost: number
  /** Attempts to connect over MQTT that led to nothing. */
  failed: number
}

export const emptyAccount = (): Account => ({
  sent: 0,
  acknowledged: 0,
  redelivered: 0,
  refused: 0,
  dropped: 0,
  connects: 0,
  lost: 0,
  failed: 0,
})
