import { type BoundName, boundTable } from './bounds.ts'
import type { Verdict } from './clauses/clause.ts'
import { boundText, type Report, type ReportedClause } from './report.ts'
import { picture } from './report_picture.ts'
import { style } from './report_style.ts'
import { outcomeWords, tally, verdictWords } from './report_text.ts'

/** The report as one page of HTML that needs nothing else: light, dark and on paper. */
export function htmlReport(report: Report): string {
  const { device, simulated, outcome, clauses, disturbances } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance of ${escaped(device)}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="kit">Vigil conformance report</p>
<h1>${escaped(device)}</h1>
<p class="outcome ${outcome}">${escaped(outcomeWords[outcome])}</p>
<p>${escaped(tally(clauses))}. ${escaped(when(report))}${simulated ? ` A simulated device: ${escaped(simulated)}.` : ''}</p>
${disturbances.map((text) => `<p class="disturbance">No verdict stands: ${escaped(text)}</p>`).join('\n')}
</header>
<figure>${picture(report)}<figcaption>Each connection is a bar, red where it was not accepted; each message is a stroke, red where it holds a signal. Times are UTC.</figcaption></figure>
<h2>At a glance</h2>
<ol class="glance">${clauses.map(glance).join('')}</ol>
<h2>The clauses</h2>
${[...clauses]
  .sort((a, b) => urgency(a) - urgency(b))
  .map(section)
  .join('\n')}
<h2>The bounds of this run</h2>
<table><thead><tr><th>bound</th><th>value</th><th>why</th></tr></thead>
<tbody>${report.bounds.map(boundRow).join('')}</tbody></table>
</body>
</html>
`
}

const when = ({ began_at, ended_at }: Report): string =>
  `${began_at.slice(0, 10)}, ${began_at.slice(11, 19)} to ${ended_at.slice(11, 19)} UTC.`

/** Text in HTML. What a device says goes in here too, so everything that could be markup is taken out. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`)

/** Back quotes in a clause's text are code. */
const prose = (text: string): string => escaped(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>')

const order: readonly Verdict[] = ['failed', 'not_observed', 'not_tested', 'passed', 'not_applicable']
const urgency = ({ verdict }: ReportedClause): number => order.indexOf(verdict)

const glance = ({ id, title, verdict }: ReportedClause): string =>
  `<li class="${verdict}"><a href="#${escaped(id)}">${escaped(title)}</a> <span>${verdictWords[verdict].toLowerCase()}</span></li>`

function section({ id, title, verdict, text, why, faults, missing, evidence }: ReportedClause): string {
  const mends = faults.map(
    ({ seen, mend }) => `<dt>Seen</dt><dd>${escaped(seen)}</dd><dt class="mend">Mend</dt><dd>${prose(mend)}</dd>`,
  )
  return `<section id="${escaped(id)}" class="${verdict}">
<h3><span class="badge">${verdictWords[verdict].toLowerCase()}</span> ${escaped(title)} <code>${escaped(id)}</code></h3>
<p>${prose(text)} <span class="why">${prose(why)}</span></p>
${mends.length > 0 ? `<dl>${mends.join('')}</dl>` : ''}
${missing ? `<p class="missing">${escaped(missing)}</p>` : ''}
${evidence.length > 0 ? `<ul class="evidence">${evidence.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>` : ''}
</section>`
}

function boundRow({ name, value, why }: Report['bounds'][number]): string {
  const shown = name in boundTable ? boundText(name as BoundName, value) : String(value)
  return `<tr><td><code>${escaped(name)}</code></td><td>${escaped(shown)}</td><td>${escaped(why)}</td></tr>`
}
