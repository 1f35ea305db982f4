import { type AnswerResult, answerResults } from '../../domain/commands.ts'
import { idPattern } from '../../domain/ids.ts'
import { limits } from '../../domain/limits.ts'
import type { Answer, Decoded } from '../../domain/message.ts'
import { type EntryContext, isGiven, refuse, settle, shown } from '../build.ts'

const detailChars = 1_000
const isResult = (value: unknown): value is AnswerResult => (answerResults as readonly unknown[]).includes(value)

/**
 * Takes `{"command":"…","result":"done"}`, with whatever stands beside it. Only what says which command and what became
 * of it can refuse an answer: a broken `at` or `detail` costs itself.
 */
export function takeAnswer(decoded: Decoded, entry: Record<string, unknown>, context: EntryContext): void {
  const { where } = context
  const { command, result, detail, ...rest } = entry
  if (typeof command !== 'string' || !idPattern.test(command)) {
    refuse(decoded, 'payload_invalid', `${where}command: not the id of a command but ${shown(command)}`)
    return
  }
  if (!isResult(result)) {
    refuse(decoded, 'payload_invalid', `${where}result: none of ${answerResults.join(', ')} but ${shown(result)}`)
    return
  }
  const answer: Answer = { ...rest, at: settle(context.deviceAt, context.receivedAt), command, result }
  if (typeof detail === 'string' && detail.length <= detailChars) answer.detail = detail
  else if (isGiven(detail)) refuse(decoded, 'payload_invalid', `${where}detail: not a short text`)
  decoded.answers.push(withinSize(decoded, answer, where))
}

/** An answer is kept beside its command, so it may be no larger; the message is kept whole among the dead letters. */
function withinSize(decoded: Decoded, answer: Answer, where: string): Answer {
  if (Buffer.byteLength(JSON.stringify(answer)) <= limits.commandBytes) return answer
  refuse(decoded, 'payload_invalid', `${where}larger than ${limits.commandBytes} bytes; only its result was taken`)
  const { at, command, result } = answer
  return { at, command, result }
}
