import { parse as parseQuery } from 'node:querystring'
import { fileURLToPath } from 'node:url'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import statics from '@fastify/static'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { addressKey } from '../domain/addresses.ts'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { newId } from '../domain/random.ts'
import { answerRoutes } from './answers.ts'
import { auditRoutes } from './audit.ts'
import { createIdentify, guard, type RouteAccess } from './auth.ts'
import { authorityRoutes } from './authorities.ts'
import { boundBodies } from './bodies.ts'
import { channelTrialRoutes } from './channel_trials.ts'
import { claimRoutes } from './claims.ts'
import { commandRoutes } from './commands.ts'
import { compressAnswers } from './compression.ts'

import { connectionRoutes } from './connections.ts'
import type { Api, ApiDeps } from './context.ts'
import { deadLetterRoutes } from './dead_letters.ts'
import { dispatchPreviewRoutes } from './dispatch_previews.ts'
import { enrolmentRoutes } from './enrolment.ts'
import { type Events, eventRoutes, eventsPath } from './events.ts'
import { overviewRoute } from './figures/overview.ts'
import { reportRoute } from './figures/reports.ts'
import { frontDoorRoutes } from './front_door.ts'
import { sessionRoutes } from './login.ts'
import { mapLibraries, mapRoute } from './map.ts'
import * as metrics from './metrics.ts'
import { monitorPath, monitorRoute } from './monitor.ts'
import { oidcRoutes } from './oidc_login.ts'
import { documentHead, finished } from './openapi.ts'
import { opsRoutes } from './ops.ts'
import { partnerRoutes } from './partner_events.ts'
import { asProblem, problemType } from './problem.ts'
import { registryRoutes } from './registry.ts'
import { ruleRoutes } from './rules.ts'
import { securityHeaders, stylesAnywhere } from './security_headers.ts'
import { serverSettings } from './servers.ts'
import { telemetryRoutes } from './telemetry.ts'
import { ticketFactRoutes } from './ticket_facts.ts'
import { ticketRoutes } from './tickets.ts'

/**
 * Requests a minute from one address. Generous: a whole centre may sit behind one address and an import writes ten
 * thousand homes; it is there for a program gone wild, and guessing passwords has a limit of its own.
 */
const requestsPerMinute = 60_000
/** Nobody needs the count on every answer; the one that refuses says how long to wait. */
const noHeaders = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }
const consoleFolder = fileURLToPath(new URL('../console/', import.meta.url))
/** What of the console's folder is for the browser; its tests and notes are not. */
const forBrowsers = /(\/|\.(html|js|css|svg|png|ico|woff2|webmanifest|mp3|ogg|wav))$/
const isForBrowsers = (path: string) => forBrowsers.test(path) && !path.includes('.test.')

/** Streams that are no answer with an end. */
const isEndless = (route: string | undefined): boolean => route === eventsPath || route === monitorPath

export type BuiltApp = { app: Api; events: Events; routes: RouteAccess[] }

/** The whole api, not yet listening. Rejects where a route is not fully declared. */
export async function buildApp(deps: ApiDeps): Promise<BuiltApp> {
  const app = bareApp(deps)
  answerFailures(app)
  logAndCount(app, deps)
  boundBodies(app, deps.clock)
  app.addHook('onRequest', async ({ raw }) => deps.lines.used(raw.socket))
  const identify = createIdentify(deps)
  const routes = guard(app, identify)
  // Whoever hears events was let in by now, and says nothing for hours.
  app.addHook('preHandler', async ({ raw, routeOptions }) => {
    if (isEndless(routeOptions.url)) deps.lines.left(raw.socket)
  })
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ ip }) => addressKey(ip),
    addHeadersOnExceeding: noHeaders,
  })
  await app.register(helmet, securityHeaders(deps))
  await compressAnswers(app)
  await document(app)
  sessionRoutes(app, deps)
  oidcRoutes(app, deps)
  ticketRoutes(app, deps)
  ticketFactRoutes(app, deps)
  overviewRoute(app, deps)
  reportRoute(app, deps)
  answerRoutes(app, deps)
  const events = eventRoutes(app, { ...deps, identify })
  monitorRoute(app, { ...deps, identify })
  registryRoutes(app, deps)
  channelTrialRoutes(app, deps)
  dispatchPreviewRoutes(app, deps)
  partnerRoutes(app, deps)
  authorityRoutes(app, deps)
  enrolmentRoutes(app, deps)
  claimRoutes(app, deps)
  auditRoutes(app, deps)
  commandRoutes(app, deps)
  ruleRoutes(app)
  telemetryRoutes(app, deps)
  mapRoute(app, deps)
  deadLetterRoutes(app, deps)
  frontDoorRoutes(app, deps)
  connectionRoutes(app, deps)
  opsRoutes(app, deps)
  await mapLibraries(app)
  // Asked for anew each time, and answered in a few bytes where nothing changed: an update never runs with files from before it.
  await app.register(statics, {
    root: consoleFolder,
    allowedPath: isForBrowsers,
    cacheControl: false,
    setHeaders: (reply) => {
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
    },
  })
  await app.ready()
  return { app, events, routes }
}

function bareApp({ log, times }: ApiDeps): Api {
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    // Fastify would log the address with its query, and a query may hold a token; `logAndCount` logs the path.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId('req'),
    bodyLimit: limits.payloadBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true, querystringParser: givenIn },
    ...serverSettings(times),
    frameworkErrors: (error, request, reply) => void failed(error, request as FastifyRequest, reply as FastifyReply),
  }).withTypeProvider<ZodTypeProvider>()
  takeJson(app)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  return app
}

/**
 * A body is JSON whatever its content type says, because `curl -d` says that it is a form; who calls is told by a header
 * that no form can send. An empty body is no body: many clients name a type whether they send one or not.
 */
function takeJson(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, null) : parse(request, body, done),
  )
}

/** The parameters of a query that were given a value: `?state=&area=north` asks for the area alone. */
const givenIn = (query: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(parseQuery(query)).filter(([, value]) => value !== ''))

export const pathOf = (url: string | undefined): string => (url ?? '').split('?', 1)[0] ?? ''

function answerFailures(app: Api): void {
  app.setErrorHandler(failed)
  app.setNotFoundHandler((request, reply) => {
    const what = new VigilError('not_found', `There is no ${request.method} ${pathOf(request.url)}.`)
    return failed(what, request, reply)
  })
}

function failed(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asProblem(error, request.id)
  metrics.problems.inc({ code: problem.code })
  if (problem.code === 'internal') request.log.error({ err: error, route: request.routeOptions?.url }, 'request failed')
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply.code(problem.status).header('x-request-id', request.id).type(problemType).send(JSON.stringify(problem))
}

function logAndCount(app: Api, { log }: ApiDeps): void {
  app.addHook('onSend', async (request, reply) => void reply.header('x-request-id', request.id))
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request
    const route = request.routeOptions.url ?? 'none'
    const status = reply.statusCode
    metrics.requests.inc({ method, route, status })
    if (!isEndless(route)) metrics.requestSeconds.observe({ route }, reply.elapsedTime / 1_000)
    const ms = Math.round(reply.elapsedTime)
    log.debug({ id: request.id, who: request.principal?.id, method, path: pathOf(request.url), status, ms }, 'request')
  })
}

async function document(app: Api): Promise<void> {
  await app.register(swagger, {
    openapi: documentHead,
    transform: jsonSchemaTransform,
    transformObject: finished,
  })
  await app.register(swaggerUi, { routePrefix: '/api/docs', transformStaticCSP: stylesAnywhere })
}
