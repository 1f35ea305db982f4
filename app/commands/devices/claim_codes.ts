import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { claimQr } from '../../../domain/claim_code.ts'
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

/** The code with the address in its text at which it is to be claimed, where one is told. */
export const withAddress = (code: ClaimCode, url: string | undefined): ClaimCode =>
  url ? { ...code, qr: claimQr(code.id, code.claim_code, url) } : code

/** A CSV file, or `print` where none is named, and a folder of pictures where one is named. */
export async function openKeeping(
  { out, qr: folder, qrUrl }: KeepingOptions,
  print: ((line: string) => void) | undefined,
): Promise<Keeping> {
  if (folder) await makeFolder(folder)
  const file = out ? openSecretLines('--out', out) : undefined
  const write = file?.write ?? print
  write?.('id,claim_code,qr')
  return {
    async keep(code) {
      const { id, claim_code, qr } = withAddress(code, qrUrl)
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
  { colour, ...options }: KeepingOptions & { colour: boolean },
): AsyncGenerator<Told> {
  const keeping = await openKeeping(options, undefined)
  try {
    for (const id of ids) {
      const made = await api.post(`/devices/${inPath(id)}/claim-code`, {}, Made)
      await keeping.keep(made)
      const code = withAddress(made, options.qrUrl)
      const picture = options.qr ? [] : ['', ...qrLines(code.qr, colour)]
      const lines = [
        `Claim code of ${id}, until ${made.expires_at}:  ${code.claim_code}`,
        `QR text:  ${code.qr}`,
        ...picture,
      ]
      yield { answer: { ...made, ...code }, lines: [...lines, '', claiming(code)] }
    }
  } finally {
    keeping.close()
  }
}

const claiming = ({ id, claim_code }: ClaimCode): string =>
  `The device trades it once for its token: POST /api/v1/claims; by hand: vigil claim ${id} ${claim_code}`
