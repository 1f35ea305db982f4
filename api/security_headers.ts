import type { ApiDeps } from './context.ts'
import { tilesOrigin } from './map.ts'

const here = ["'self'"]
const nowhere = ["'none'"]

/**
 * Everything comes from here and nothing from elsewhere but the tiles of the map, where the house has one; no script and no style
 * stands in a page itself, so that nothing that somebody wrote can become one. No HSTS and no upgrade to https: a house may run on
 * a plain LAN.
 */
export const securityHeaders = ({ map }: Pick<ApiDeps, 'map'>) => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: nowhere,
      scriptSrc: here,
      scriptSrcAttr: nowhere,
      styleSrc: here,
      imgSrc: [...here, 'data:', ...(map ? [tilesOrigin(map)] : [])],
      fontSrc: here,
      mediaSrc: here,
      connectSrc: here,
      workerSrc: nowhere,
      frameSrc: nowhere,
      objectSrc: nowhere,
      baseUri: nowhere,
      formAction: here,
      frameAncestors: nowhere,
    },
  },
  strictTransportSecurity: false,
})

/** For the page of the API's documentation, whose library puts styles into its elements; it shows nothing that anybody wrote. */
export const stylesAnywhere = (policy: string): string =>
  policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
