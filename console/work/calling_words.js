// @ts-check
/** The words of the calling list. */

export const en = {
  heading: 'Call in this order',
  none: 'No contact is registered for this home.',
  resident: 'the resident',
  no_number: 'no number known',
  next: 'next to call',
  chosen: 'Chosen: {name}. Y: reached. X: not reached.',
  hint: 'Y and X tell of the one that is marked; a number marks another.',
  choose_first: 'Press the number of whom you called first: 0 the resident, 1 to 9 the contacts.',
  nobody: 'Nobody on the list has the number {n}.',
}

export const zh = {
  heading: '按此顺序拨打',
  none: '该住户没有登记联系人。',
  resident: '老人本人',
  no_number: '没有登记电话',
  next: '下一个拨打',
  chosen: '已选{name}。Y：已接通；X：未接通。',
  hint: 'Y、X 记录标出的人；按数字可换人。',
  choose_first: '请先按被拨打人的号码：0 为老人本人，1 至 9 为联系人。',
  nobody: '名单上没有 {n} 号。',
}
