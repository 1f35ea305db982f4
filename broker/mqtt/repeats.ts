import type { Client } from 'aedes'

type Numbered = { brokerId?: string; brokerCounter?: number; messageId?: number | undefined }

/**
 * Tells whether a client has just been given a message, which comes to it once for each of its filters, one right after
 * the other. Aedes takes for a repeat whatever was numbered before the last one that the client had: a message that
 * waited for the registry, or a QoS 1 one beside a QoS 0 one, would never arrive. So its own check is put out of work;
 * what it notes in (`duplicates`) is not public.
 */
export function openRepeats() {
  const last = new WeakMap<Client, number>()
  return {
    /** Has to be told of each client before anything comes to it. */
    watch(client: Client): void {
      Object.assign(client, { duplicates: new Proxy({}, { get: () => 0, set: () => true }) })
    },
    /**
     * Also notes that the client is given it now. What has no number of a broker's is never a repeat, and neither is what
     * comes out of a session's queue, which alone has its number for the wire by now.
     */
    isRepeat(client: Client, { brokerId, brokerCounter, messageId }: Numbered): boolean {
      if (!brokerId || brokerCounter === undefined || messageId !== undefined) return false
      if (last.get(client) === brokerCounter) return true
      last.set(client, brokerCounter)
      return false
    },
  }
}

export type Repeats = ReturnType<typeof openRepeats>
