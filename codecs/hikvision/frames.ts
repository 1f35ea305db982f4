import type { Frame } from '../frames.ts'

const topic = 'push/hikvision/bed-7'
const event = (more: object): string =>
  JSON.stringify({
    ipAddress: '192.0.2.17',
    dateTime: '2026-11-22T16:15:20+08:00',
    activePostCount: 1,
    eventType: 'signAbnormal',
    eventState: 'active',
    signAbnormal: [
      { alarmSubType: 'heartRateHigh', AbnormalInformation: { realValue: 133, upperLimit: 120, lowerLimit: 50 } },
    ],
    ...more,
  })

export const frames: Frame[] = [
  { about: 'a heart too fast', topic, payload: event({}), signal: 'vital_sign', claim: '"eventType":"signAbnormal"' },
  { about: 'posted once more', topic, payload: event({ activePostCount: 4 }), signal: 'vital_sign' },
  { about: 'its end', topic, payload: event({ eventState: 'inactive' }) },
  {
    about: 'a sign of life',
    topic,
    payload: '{"ipAddress":"192.0.2.17","eventType":"heartBeat","eventState":"active"}',
  },
]
