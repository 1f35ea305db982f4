import { expect, it } from 'vitest'
import { canonicalClaimCode, claimCodePattern, claimQr, newClaimCode } from './claim_code.ts'

it('makes codes of twelve characters in groups, of letters and digits that nobody mistakes', () => {
  const codes = Array.from({ length: 2_000 }, newClaimCode)
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/)
  expect(new Set(codes).size).toBe(codes.length)
  expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32)
})

it.each([
  ['7K3M-Q9ZD-0VXA', '7K3MQ9ZD0VXA'],
  ['7k3m q9zd ovxa', '7K3MQ9ZD0VXA'],
  ['ilO1-0000-ABCD', '11010000ABCD'],
])('reads %s as it was meant', (typed, meant) => {
  expect(typed).toMatch(claimCodePattern)
  expect(canonicalClaimCode(typed)).toBe(meant)
})

it('puts device, code and, where told, the address into the QR text, whatever characters they have', () => {
  expect(claimQr('a:b', '7K3M-Q9ZD-0VXA')).toBe('vigil:claim?device=a%3Ab&code=7K3M-Q9ZD-0VXA')
  const told = claimQr('w', '7K3M-Q9ZD-0VXA', 'https://vigil.example:8443/x?y=1&z=2')
  expect(Object.fromEntries(new URL(told).searchParams)).toEqual({
    device: 'w',
    code: '7K3M-Q9ZD-0VXA',
    url: 'https://vigil.example:8443/x?y=1&z=2',
  })
})
