import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { Fault } from '../../fault.ts'
import type { Client } from '../client.ts'
import { openSecretLines, writeGiven } from '../files.ts'
import { inPath, type Told } from '../telling.ts'
import { qrFile, qrLines, qrPicture } from './qr.ts'

/** With what a device fetches its first token: `code` to be typed, `qr` as the text of a QR picture. */
export type ClaimCode = { id: string; claim_code: string; qr: string }

export type KeepingOptions = { out?: string; qr?: string; qrUrl?: string }

/** Where claim codes go, because they are told only once. */
export type Keeping = { keep(code: ClaimCode): Promise<void>; close(): void }

/** A CSV file, or `print` where none is named, and a folder of pictures where one is named. */
export async function openKeeping(
  { out, qr: folder }: KeepingOptions,
  print: ((line: string) => void) | undefined,
): Promise<Keeping> {
  if (folder) await makeFolder(folder)
  const file = out ? openSecretLines('--out', out) : undefined
  const write = file?.write ?? print
  write?.('id,claim_code,qr')
  return {
    async keep({ id, claim_code, qr }) {
      write?.(stringify([[id, claim_code, qr]]).trimEnd())
      if (folder) await writeGiven('--qr', join(folder, qrFile(id)), qrPicture(qr), 0o600)
    },
    close: () => file?.close(),
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new Fault(`${folder} cannot be made (${cause.code ?? 'unknown'}): give --qr a folder of your own.`, { cause })
  })
}

const Made = z.looseObject({ id: z.string(), claim_code: z.string(), qr: z.string(), expires_at: z.string() })

/** New claim codes for devices; the ones before are void. People see the picture unless it goes into a folder. */
export async function* makeClaimCodes(
  api: Client,
  ids: string[],
  { colour, qrUrl, ...options }: KeepingOptions & { colour: boolean },
): AsyncGenerator<Told> {
  const keeping = await openKeeping(options, undefined)
  try {
    for (const id of ids) {
      const made = await api.post(`/devices/${inPath(id)}/claim-code`, qrUrl ? { url: qrUrl } : {}, Made)
      await keeping.keep(made)
      const picture = options.qr ? [] : ['', ...qrLines(made.qr, colour)]
      const texts = [`Claim code of ${id}, until ${made.expires_at}:  ${made.claim_code}`, `QR text:  ${made.qr}`]
      yield { answer: made, lines: [...texts, ...picture, '', claiming(made)] }
    }
  } finally {
    keeping.close()
  }
}

const claiming = ({ id, claim_code }: ClaimCode): string =>
  `The device trades it once for its token: POST /api/v1/claims; by hand: npx vigil claim ${id} ${claim_code}`
