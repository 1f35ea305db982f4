/**
 * The metrics that a reading may carry. The metric fixes the unit (UCUM) and, where there is one, the LOINC code.
 * `min`/`max` are what physics or a living body allows: a value outside is kept and flagged, never dropped.
 */
export type Metric = { unit: string; min: number; max: number; loinc?: string; text: string }

export const metrics = {
  heart_rate: { unit: '/min', min: 0, max: 350, loinc: '8867-4', text: 'heart rate' },
  respiration_rate: { unit: '/min', min: 0, max: 120, loinc: '9279-1', text: 'respiration rate' },
  spo2: { unit: '%', min: 0, max: 100, loinc: '59408-5', text: 'oxygen saturation by pulse oximetry' },
  body_temperature: { unit: 'Cel', min: 10, max: 47, loinc: '8310-5', text: 'body temperature' },
  systolic: { unit: 'mm[Hg]', min: 0, max: 370, loinc: '8480-6', text: 'systolic blood pressure' },
  diastolic: { unit: 'mm[Hg]', min: 0, max: 360, loinc: '8462-4', text: 'diastolic blood pressure' },
  blood_glucose: { unit: 'mmol/L', min: 0, max: 100, loinc: '15074-8', text: 'blood glucose' },
  weight: { unit: 'kg', min: 0, max: 650, loinc: '29463-7', text: 'body weight' },
  steps: { unit: '1', min: 0, max: 1_000_000, loinc: '41950-7', text: 'steps since midnight' },
  activity: { unit: '1', min: 0, max: 100, text: 'activity index, 0 still to 100 vigorous' },
  worn: { unit: '1', min: 0, max: 1, text: '1 worn, 0 not worn' },
  motion: { unit: '1', min: 0, max: 1, text: '1 motion seen, 0 none' },
  presence: { unit: '1', min: 0, max: 1, text: '1 somebody present, 0 nobody' },
  person_count: { unit: '1', min: 0, max: 100, text: 'people counted' },
  in_bed: { unit: '1', min: 0, max: 1, text: '1 in bed, 0 out of bed' },
  door_open: { unit: '1', min: 0, max: 1, text: '1 open, 0 closed' },
  smoke: { unit: '1', min: 0, max: 1, text: '1 smoke detected, 0 none' },
  gas: { unit: '1', min: 0, max: 1, text: '1 combustible gas detected, 0 none' },
  carbon_monoxide: { unit: '1', min: 0, max: 1, text: '1 carbon monoxide detected, 0 none' },
  carbon_monoxide_ppm: { unit: '[ppm]', min: 0, max: 100_000, text: 'carbon monoxide' },
  carbon_dioxide: { unit: '[ppm]', min: 0, max: 1_000_000, text: 'carbon dioxide' },
  water_leak: { unit: '1', min: 0, max: 1, text: '1 water where none should be, 0 dry' },
  water_volume: { unit: 'L', min: 0, max: 1e9, text: 'water meter, cumulative' },
  power: { unit: 'W', min: -100_000, max: 100_000, text: 'electric power' },
  energy: { unit: 'kW.h', min: 0, max: 1e9, text: 'electric energy, cumulative' },
  stove_on: { unit: '1', min: 0, max: 1, text: '1 stove on, 0 off' },
  temperature: { unit: 'Cel', min: -90, max: 1_000, text: 'ambient temperature' },
  humidity: { unit: '%', min: 0, max: 100, text: 'relative humidity' },
  pressure: { unit: 'hPa', min: 300, max: 1_200, text: 'air pressure' },
  illuminance: { unit: 'lx', min: 0, max: 200_000, text: 'illuminance' },
  sound_level: { unit: 'dB', min: 0, max: 200, text: 'sound level' },
  tamper: { unit: '1', min: 0, max: 1, text: '1 opened or torn off, 0 not' },
  vibration: { unit: '1', min: 0, max: 1, text: '1 vibration, 0 none' },
  battery_low: { unit: '1', min: 0, max: 1, text: '1 the device says that its battery is low, 0 not' },
  charging: { unit: '1', min: 0, max: 1, text: '1 charging or on mains, 0 on battery' },
  device_temperature: { unit: 'Cel', min: -90, max: 200, text: "temperature of the device's own chip" },
  button: { unit: '1', min: 1, max: 9, text: 'button pressed: 1 single, 2 double, 3 triple, 4 long, 5 very long' },
  voltage: { unit: 'V', min: -100_000, max: 100_000, text: 'electric voltage' },
  current: { unit: 'A', min: -10_000, max: 10_000, text: 'electric current' },
  distance: { unit: 'm', min: 0, max: 1e7, text: 'distance' },
  speed: { unit: 'm/s', min: 0, max: 400, text: 'speed over ground' },
  latitude: { unit: 'deg', min: -90, max: 90, text: 'latitude, WGS 84' },
  longitude: { unit: 'deg', min: -180, max: 180, text: 'longitude, WGS 84' },
  position_accuracy: { unit: 'm', min: 0, max: 21e6, text: 'radius within which the position lies' },
  mean_arterial_pressure: { unit: 'mm[Hg]', min: 0, max: 360, loinc: '8478-0', text: 'mean arterial pressure' },
  body_fat: { unit: '%', min: 0, max: 100, loinc: '41982-0', text: 'body fat' },
  height: { unit: 'cm', min: 0, max: 300, loinc: '8302-2', text: 'body height' },
  pm2_5: { unit: 'ug/m3', min: 0, max: 100_000, text: 'fine particles up to 2.5 µm' },
  pm10: { unit: 'ug/m3', min: 0, max: 100_000, text: 'particles up to 10 µm' },
  tvoc: { unit: 'ug/m3', min: 0, max: 1e7, text: 'volatile organic compounds' },
  moisture: { unit: '%', min: 0, max: 100, text: 'moisture of a material or of soil' },
  valve_open: { unit: '1', min: 0, max: 1, text: '1 open, 0 closed' },
  switch_on: { unit: '1', min: 0, max: 1, text: '1 switched on, 0 off' },
  battery: { unit: '%', min: 0, max: 100, text: 'battery charge' },
  battery_voltage: { unit: 'V', min: 0, max: 100, text: 'battery voltage' },
  rssi: { unit: 'dB[mW]', min: -200, max: 50, text: 'received signal strength' },
  link_quality: { unit: '1', min: 0, max: 255, text: 'link quality indicator' },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof metrics

export const isMetric = (name: string): name is MetricName => Object.hasOwn(metrics, name)

/** Whether physics allows the value; a value that it does not allow is kept and flagged `implausible`. */
export function isPlausible(metric: MetricName, value: number): boolean {
  const { min, max } = metrics[metric]
  return value >= min && value <= max
}
