/** What became of what the devices said. `isCut`: a device is without a link, so that what waits is kept there. */
export type MessageSum = { said: number; acknowledged: number; dropped: number; waiting: number; isCut: boolean }

/** Whether every message was acknowledged, is kept by a device without a link, or was given up by a full one; in words. */
export function messagesTold({ said, acknowledged, dropped, waiting, isCut }: MessageSum) {
  const kept = isCut ? waiting : 0
  const parts = [
    `${acknowledged} of ${said} messages`,
    kept > 0 && `${kept} kept by a device without a link`,
    dropped > 0 && `${dropped} given up by a device that was full`,
  ]
  return {
    isWhole: acknowledged + kept + dropped === said,
    told: parts.filter((part) => part !== false).join(', '),
  }
}
