import type { Frame } from '../frames.ts'

const topic = 'push/traccar'

export const device = {
  id: 4,
  name: 'Pendant 4',
  uniqueId: '861234500012345',
  status: 'online',
  model: null,
  disabled: false,
}
export const position = (attributes: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  id: 0,
  deviceId: 4,
  protocol: 'gt06',
  serverTime: '2026-11-22T08:15:21.104+00:00',
  deviceTime: '2026-11-22T08:15:20.000+00:00',
  fixTime: '2026-11-22T08:15:20.000+00:00',
  outdated: false,
  valid: true,
  latitude: 39.6553,
  longitude: 106.7944,
  altitude: 1_090,
  speed: 1.5,
  course: 120,
  accuracy: 12,
  attributes,
  ...more,
})
export const event = (type: string, attributes: Record<string, unknown> = {}) => ({
  id: 501,
  deviceId: 4,
  type,
  eventTime: '2026-11-22T08:15:20.000+00:00',
  positionId: 9_001,
  geofenceId: 0,
  maintenanceId: 0,
  attributes,
})

const of = (whole: Record<string, unknown>): string => JSON.stringify(whole)

export const frames: Frame[] = [
  {
    about: 'the event of an SOS',
    topic,
    payload: of({ event: event('alarm', { alarm: 'sos' }), position: position({ alarm: 'sos' }), device }),
    signal: 'sos',
    claim: '"alarm":"sos"',
  },
  {
    about: 'the position of a fall, with a low battery',
    topic: 'traccar/positions',
    payload: of({ position: position({ alarm: 'fallDown,lowBattery', batteryLevel: 9 }), device }),
    signal: 'fall',
    claim: '"alarm":"fallDown,lowBattery"',
  },
  {
    about: 'left a geofence',
    topic,
    payload: of({ event: event('geofenceExit'), position: position({}), device, geofence: { id: 2, name: 'Home' } }),
    signal: 'wandering',
  },
  { about: 'back in it', topic, payload: of({ event: event('geofenceEnter'), position: position({}), device }) },
  { about: 'offline', topic, payload: of({ event: event('deviceOffline'), device }) },
  {
    about: 'a position',
    topic,
    payload: of({ position: position({ batteryLevel: 62, motion: true, sat: 9 }), device }),
  },
  {
    about: 'vital signs of a watch',
    topic,
    payload: of({ position: position({ heartRate: 71, temp1: 36.4 }, { protocol: 'watch', outdated: true }), device }),
  },
]
