// @ts-check
/** Words of the editors of lists: `up`, `down` and `remove` name what they are about. */
export const en = {
  up: 'Move up: {what}',
  down: 'Move down: {what}',
  remove: 'Remove: {what}',
  area: 'Area',
  home: 'Home',
  resident: 'Resident',
  everywhere: 'All areas',
  wholeArea: 'The whole area',
  wholeHome: 'Everybody in the home',
}
export const zh = {
  up: '上移：{what}',
  down: '下移：{what}',
  remove: '删除：{what}',
  area: '区域',
  home: '住户',
  resident: '老人',
  everywhere: '所有区域',
  wholeArea: '整个区域',
  wholeHome: '住户全体成员',
}
