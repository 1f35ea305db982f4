import { describe, expect, it } from 'vitest'
import { addressOf, routeOf, workAddress } from './route.js'

const where = (hash: string) => {
  const { page, id, query } = routeOf(hash, (name) => name === 'homes')
  return [page, id, String(query)]
}

describe('the address of the console', () => {
  it.each([
    ['', 'work', undefined, ''],
    ['#/', 'work', undefined, ''],
    ['#/tickets/t-1', 'work', 't-1', ''],
    ['#/homes', 'homes', undefined, ''],
    ['#/homes/a%2Fb?area=%E5%92%8C%E5%B9%B3', 'homes', 'a/b', 'area=%E5%92%8C%E5%B9%B3'],
    ['#/homes/%E4%B8', 'homes', '%E4%B8', ''],
  ])('%s', (hash, ...place) => expect(where(hash)).toEqual(place))

  it('of a link that was sent before there were pages names a ticket', () => {
    expect(where('#/t-1')).toEqual(['work', 't-1', ''])
  })

  it('leads back to what it was made of', () => {
    expect(where(addressOf('homes', 'h 1/2', { area: 'a&b', none: '' }))).toEqual(['homes', 'h 1/2', 'area=a%26b'])
    expect(where(workAddress('homes'))).toEqual(['work', 'homes', ''])
    expect(where(workAddress())).toEqual(['work', undefined, ''])
  })
})
