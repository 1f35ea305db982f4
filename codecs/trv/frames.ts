import type { Frame } from '../frames.ts'

const topic = 'gsm/trv/861234500012345'
const report = (type: string, validity = 'A'): string =>
  `IW${type}261122${validity}3939.3180N10647.6640E001.8081520120.00080009062000102,460,0,9346,5223`

export const frames: Frame[] = [
  { about: 'log-in', topic, payload: 'IWAP00861234500012345#' },
  {
    about: 'an SOS',
    topic,
    payload: `${report('AP10')},01,zh-cn,00,HOME|A4-56-E2-03-EA-2A|61#`,
    signal: 'sos',
    claim: `${report('AP10')},01`,
  },
  {
    about: 'a fall without a fix',
    topic,
    payload: `${report('AP10', 'V')},05,zh-cn,00#`,
    signal: 'fall',
    claim: `${report('AP10', 'V')},05`,
  },
  { about: 'an alarm of unknown kind', topic, payload: `${report('AP10')},99,zh-cn,00#`, signal: 'sos' },
  { about: 'asks for its address, no alarm', topic, payload: `${report('AP10')},00,zh-cn,00#` },
  { about: 'a position', topic, payload: `${report('AP01')},HOME|A4-56-E2-03-EA-2A|61#` },
  { about: 'heartbeat with steps', topic, payload: 'IWAP03,08000906200102,1204,3#' },
  { about: 'heart rate', topic, payload: 'IWAP49,71#' },
  { about: 'blood pressure', topic, payload: 'IWAPHT,71,128,81#' },
  { about: 'everything that it measures', topic, payload: 'IWAPHP,71,128,81,97,95,36.4,,,,,,,#' },
  { about: 'body temperature', topic, payload: 'IWAP50,36.4,62#' },
  { about: 'cells and Wi-Fi', topic, payload: 'IWAP02,zh_cn,0,1,460,0,9346|5223|13,1,1|A4-56-E2-03-EA-2A|61#' },
  { about: 'an answer to a command', topic, payload: 'IWAP12,081520,13800138000#' },
]
