import type { Frame } from '../frames.ts'

const topic = 'gsm/watch/8800551234'
const of = (body: string, length = body.length): string =>
  `[3G*8800551234*${length.toString(16).padStart(4, '0')}*${body}]`

/** A report at 16:15:20 by China's clocks on 22 November 2026, in Wuhai, or without a fix. */
const fixed = (type: string, status: string, date = '221126', time = '161520'): string =>
  `${type},${date},${time},A,39.655300,N,106.794400,E,1.80,120.0,1090,9,80,62,1204,3,${status},1,1,460,0,9346,5223,42,1,HOME,a4:56:e2:03:ea:2a,-61,12.5`
const unfixed = (type: string, status: string): string =>
  `${type},221126,081520,V,0.0,N,0.0,E,0,0,0,0,80,62,1204,3,${status},0,0`

export const frames: Frame[] = [
  {
    about: 'an SOS without a fix',
    topic,
    payload: of(unfixed('AL_LTE', '00010000')),
    signal: 'sos',
    claim: of(unfixed('AL_LTE', '00010000')).split('_LTE')[0]!,
  },
  { about: 'an SOS with a fix', topic, payload: of(fixed('AL', '00010000')), signal: 'sos' },
  { about: 'an alarm without a known bit', topic, payload: of(unfixed('AL', '00000000')), signal: 'sos' },
  {
    about: 'a fall',
    topic,
    payload: of(fixed('AL', '00200010')),
    signal: 'fall',
    claim: of(fixed('AL', '00200010')).split('1,1,460')[0]!,
  },
  { about: 'left its fence', topic, payload: of(fixed('AL', '00040002')), signal: 'wandering' },
  // Broken, it is an alarm of which nobody can say what it is of: most signals that the fuzz test counts as invented.
  { about: 'taken off', topic, payload: of(unfixed('AL', '00100008')) },
  { about: 'entered its fence', topic, payload: of(fixed('UD', '00080004')) },
  { about: 'a position', topic, payload: of(fixed('UD', '00000000')) },
  { about: 'a position of before', topic, payload: of(fixed('UD2', '00000000', '221126', '113000')) },
  { about: 'a position with a wrong length', topic, payload: of(fixed('UD_LTE', '00000000'), 17) },
  { about: 'weather asked for', topic, payload: of(fixed('WT', '0000')) },
  { about: 'keeps the line', topic, payload: of('LK,1204,3,62') },
  { about: 'keeps the line with an index', topic, payload: '[ZJ*8800551234*0007*000c*LK,1204,3,62]' },
  { about: 'heart rate', topic, payload: of('heart,71') },
  { about: 'blood pressure', topic, payload: of('bphrt,128,81,70,,,,') },
  { about: 'oxygen saturation', topic, payload: of('oxygen,0,97') },
  { about: 'body temperature', topic, payload: of('btemp2,1,36.41') },
  { about: 'asks for voice messages', topic, payload: of('TKQ') },
  { about: 'voice, escaped', topic, payload: Buffer.from(of('TK,#!AMR\n}\x01}\x05\0\x07'), 'latin1') },
]
