import type { AnswerResult, SentCommand } from '../../domain/commands.ts'
import type { Position } from '../../domain/message.ts'
import type { DeviceModel, Message } from './device.ts'

const answer = (command: string, result: AnswerResult, more: Record<string, unknown> = {}): Message => ({
  kind: 'answers',
  payload: { command, result, ...more },
})

/**
 * What a device answers to a command. It tells where it is only where it is worn, since what is fixed in a room does not
 * know; and it says only what it has a speaker for. A command that comes again is answered again.
 */
export function obey(
  { worn, speaker = false, noun }: Pick<DeviceModel, 'worn' | 'speaker' | 'noun'>,
  position: Position,
  { id, kind }: SentCommand,
): Message {
  switch (kind) {
    case 'locate':
      return answer(id, 'done', worn ? { position } : {})
    case 'say':
      return speaker ? answer(id, 'done') : answer(id, 'refused', { detail: `this ${noun} has no speaker` })
    case 'ring':
    case 'test':
      return answer(id, 'done')
    default:
      return answer(id, 'refused', { detail: `this ${noun} does not know ${kind}` })
  }
}
