// @ts-check
/** The words of the floor plan. */

export const en = {
  heading: 'Where in the home',
  label: 'Floor plan with {rooms}. {reported}',
  here: 'Reported here: {what}',
  in: '{room} ({what})',
  elsewhere: 'Not in a room of the plan: {devices}',
  nowhere: 'Nothing was reported by a device that stands in a room.',
}

export const zh = {
  heading: '家中位置',
  label: '户型图：{rooms}。{reported}',
  here: '此处报警：{what}',
  in: '{room}（{what}）',
  elsewhere: '不在图中房间内：{devices}',
  nowhere: '报警设备不在任何房间内。',
}
