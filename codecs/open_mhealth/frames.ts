import type { Frame } from '../frames.ts'

const topic = 'openmhealth/phone-5'
const when = { date_time: '2026-11-22T16:10:00+08:00' }
const of = (body: Record<string, unknown>): string => JSON.stringify({ effective_time_frame: when, ...body })
const header = {
  id: '0b6c9a3e-5d1f-4f0e-9c55-7d0f0d6a1b21',
  creation_date_time: '2026-11-22T16:12:00+08:00',
  schema_id: { namespace: 'omh', name: 'heart-rate', version: '2.0' },
}

export const frames: Frame[] = [
  { about: 'a pulse', topic, payload: of({ heart_rate: { value: 68, unit: 'beats/min' } }) },
  {
    about: 'a data point by HTTP',
    topic: 'push/open_mhealth',
    payload: JSON.stringify({ header, body: JSON.parse(of({ heart_rate: { value: 68, unit: 'beats/min' } })) }),
  },
  {
    about: 'blood pressure',
    topic: 'push/open_mhealth/cuff-2',
    payload: of({
      systolic_blood_pressure: { value: 131, unit: 'mmHg' },
      diastolic_blood_pressure: { value: 79, unit: 'mmHg' },
      body_posture: 'sitting',
    }),
  },
  { about: 'Fahrenheit', topic, payload: of({ body_temperature: { value: 98.2, unit: 'F' } }) },
  { about: 'glucose', topic, payload: of({ blood_glucose: { value: 104, unit: 'mg/dL' } }) },
  {
    about: 'the steps of a morning',
    topic,
    payload: JSON.stringify({
      step_count: { value: 2210, unit: 'steps' },
      effective_time_frame: {
        time_interval: { start_date_time: '2026-11-22T00:00:00+08:00', duration: { value: 16, unit: 'h' } },
      },
    }),
  },
  {
    about: 'a part of a day',
    topic,
    payload: JSON.stringify({
      body_weight: { value: 150, unit: 'lb' },
      effective_time_frame: { time_interval: { date: '2026-11-22', part_of_day: 'morning' } },
    }),
  },
  {
    about: 'a place',
    topic,
    payload: of({ latitude: { value: 39.6553, unit: 'deg' }, longitude: { value: 106.7944, unit: 'deg' } }),
  },
  { about: 'a unit that is none', topic, payload: of({ heart_rate: { value: 68, unit: 'bpm' } }) },
]
