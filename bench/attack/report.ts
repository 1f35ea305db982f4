import type { AttackFigures, Quantiles, Step } from './attack.ts'

/** An SOS is on its ticket within this, in 99 of 100 cases, ms. */
const P99_MOST = 1_000
/** What the broker may hold under any of these attacks, bytes. */
export const BROKER_BYTES_MOST = 1.5 * 1024 ** 3

const count = (n: number): string => n.toLocaleString('en')
const ms = (value: number | null): string => (value === null ? '–' : `${count(Math.round(value))} ms`)
const mib = (bytes: number): string => `${count(Math.round(bytes / 1024 ** 2))} MiB`
const sos = ({ presses, p50, p99, max }: Quantiles): string =>
  `${count(presses)} | ${ms(p50)} | ${ms(p99)} | ${ms(max)}`

const row = ({ name, seconds, connections, packets, bytes, sos: pressed, brokerBytes }: Step): string =>
  `| ${name} | ${seconds.toFixed(0)} s | ${count(connections)} | ${count(packets)} | ${mib(bytes)} | ${sos(pressed)} | ${mib(brokerBytes)} |`

/** The figures as Markdown. */
export function tableOf({ options, steps, ways, sos: all, brokerBytes }: AttackFigures): string {
  const sum = (of: (step: Step) => number): number => steps.reduce((total, step) => total + of(step), 0)
  return [
    `seed ${options.seed} (VIGIL_SEED repeats it)`,
    '',
    '| attack | for | connections | packets | bytes | SOS | p50 | p99 | max | broker, RSS at most |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...steps.map(row),
    `| all | ${sum(({ seconds }) => seconds).toFixed(0)} s | ${count(sum(({ connections }) => connections))} | ${count(sum(({ packets }) => packets))} | ${mib(sum(({ bytes }) => bytes))} | ${sos(all)} | ${mib(brokerBytes)} |`,
    '',
    ...Object.entries(ways).map(([way, of]) => `SOS ${way}: ${sos(of).replaceAll(' |', ',')} (presses, p50, p99, max)`),
  ].join('\n')
}

/** What is wrong, in sentences; none where every promise was kept. */
export function faultsOf({ sos: { presses, p99 }, lost, restarted, brokerBytes }: AttackFigures): string[] {
  return [
    ...(presses === 0 ? ['no SOS was pressed'] : []),
    ...(lost.length > 0 ? [`${lost.length} SOS are on no ticket: ${lost.slice(0, 5).join(', ')}`] : []),
    ...(p99 !== null && p99 >= P99_MOST ? [`an SOS takes ${Math.round(p99)} ms to its ticket (p99)`] : []),
    ...(brokerBytes > BROKER_BYTES_MOST ? [`the broker grew to ${mib(brokerBytes)}`] : []),
    ...restarted.map((name) => `${name} was restarted`),
  ]
}
