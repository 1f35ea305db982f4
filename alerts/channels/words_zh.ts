import type { Told, Words } from './words.ts'

/** Chinese, as an alarm centre (紧急呼叫中心) writes it. Names of kinds and states are those of the console. */

const called = ({ severity, happened, number }: Told): string => `${severity}：${happened}，工单 ${number}`
const about = ({ where, when, happened, number }: Told): string =>
  `${where ? `${where}，` : ''}${when}，${happened}，工单 ${number}。`
const by = ({ holder }: Told): string => holder ?? '值班人员'

export const wordsZh: Words = {
  kinds: {
    sos: '按下紧急呼救',
    fall: '跌倒',
    smoke: '烟雾报警',
    gas: '燃气泄漏',
    carbon_monoxide: '一氧化碳报警',
    water_leak: '漏水',
    vital_sign: '生命体征超限',
    inactivity: '长时间无活动',
    wandering: '离开安全区域',
    system: '报警系统故障',
  },
  otherKind: '警情',
  severities: { low: '较低', medium: '中等', high: '紧急', critical: '危急' },
  states: {
    open: '待接警',
    acknowledged: '已接警',
    dispatched: '已派遣',
    on_scene: '已到场',
    resolved: '已处置',
    closed: '已结案',
  },
  otherState: '有变化',
  locale: 'zh-CN',
  place: (place, resident) => (place && resident ? `${resident}（${place}）` : (place ?? resident)),
  title: {
    call: called,
    lapsed: (told) => `无人跟进，${called(told)}`,
    handed: (told) => `已转交给您，${called(told)}`,
    answered: ({ number }) => `工单 ${number} 已有人接警`,
    closed: ({ number }) => `工单 ${number} 已结案`,
    ticket: ({ number, state }) => `工单 ${number}：${state}`,
    test: () => '测试消息',
  },
  said: {
    call: (told) => `${told.system ? '系统告警' : '紧急呼叫'}：${about(told)}`,
    lapsed: (told) => `${by(told)}接警后长时间没有动作。${about(told)}`,
    handed: (told) => `该工单已转交给您。${about(told)}`,
    answered: (told) => `${by(told)}已接警。${about(told)}`,
    closed: (told) => `该工单已结案。${about(told)}`,
    ticket: (told) => `工单状态：${told.state}。${about(told)}`,
    test: () => '这是紧急呼叫中心发出的测试消息。收到即表示通知渠道正常。',
  },
  asked: {
    call: ({ system, where }) =>
      system ? '请立即检查系统。' : where ? '请立即响应，联系或前往查看。' : '请立即响应，地址见工单。',
    lapsed: ({ system }) => (system ? '请立即接手，检查系统。' : '请立即接手，联系或前往查看。'),
    handed: () => '请打开工单，继续处理。',
    answered: () => '您无需再处理，谢谢。',
    closed: () => '您无需再处理，谢谢。',
    ticket: () => '',
    test: () => '无需处理。',
  },
  gap: '',
  stop: '。',
}
