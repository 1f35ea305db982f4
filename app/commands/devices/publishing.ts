import { topicOf } from '../../../domain/topics.ts'

/** Where devices publish, as options of mosquitto_pub: without and, where Vigil listens for it, with TLS. */
export type Target = { plain: string; tls?: string }

/** What to tell the owner of a device: its token, and how to try it out. */
export function tokenLines({ plain, tls }: Target, id: string, token: string): string[] {
  const publish = (where: string, kind: 'readings' | 'signals', payload: string) =>
    `  mosquitto_pub ${where} -q 1 -u ${id} -P ${token} -t ${topicOf(id, kind)} -m '${payload}'`
  return [
    `The token of device ${id}, shown this once:`,
    '',
    `  ${token}`,
    '',
    'It is its MQTT password, and its id is the user name. A first reading, and an SOS:',
    '',
    publish(plain, 'readings', '{"readings":{"heart_rate":72}}'),
    publish(plain, 'signals', '{"signal":"sos"}'),
    ...(tls ? ['', 'The same over TLS:', '', publish(tls, 'signals', '{"signal":"sos"}')] : []),
    '',
  ]
}
