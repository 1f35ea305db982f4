// @ts-check

import { announce, mayNotify, pausedUntil, pressSound, showTitle, soundAlarm, soundState } from './alarm/alarm.js'
import { allowSound, mayPlay } from './alarm/sound.js'
import {
  call,
  currentSession,
  endSession,
  findSession,
  isLocked,
  sessionIs,
  whenEnded,
  whenLocked,
} from './house/calls.js'
import { forgetAll, onLearnt } from './house/directory.js'
import { beginToKnow, cutSince, forget, lookAt, snapshots, ticketOf, whatIsKnown } from './house/known.js'
import { pageNamed } from './pages/pages.js'
import { beatAll } from './parts/clocks.js'
import { byId, set } from './parts/dom.js'
import { stepRow } from './parts/table.js'
import { after, every, now, painted } from './parts/time.js'
import { showKeys } from './shell/cheat_sheet.js'
import { commandSources, openCommandBar, shutCommandBar } from './shell/command_bar.js'
import { consoleCommands } from './shell/commands.js'
import { refreshDialog, shutDialog } from './shell/dialogs.js'
import { showBar } from './shell/header.js'
import { forgetTouch, hearTabs, idleMs, noteTouch, tellTabs, whenTouched } from './shell/idle.js'
import { keyListener } from './shell/keys.js'
import { holdLock, showLock } from './shell/lock.js'
import { begin, showLogin } from './shell/login.js'
import { leavePage, showPage } from './shell/page_frame.js'
import { showRail } from './shell/rail.js'
import { registryCommands } from './shell/registry_commands.js'
import { addressOf, routeOf, workAddress } from './shell/route.js'
import { language, languageFor, t, useLanguage, wordFor } from './words/words.js'
import { markCallee, showActions, take, tellContact, tellMarked } from './work/actions.js'
import { showQueue } from './work/cards.js'
import { groups, longestWait } from './work/queue.js'
import { showTicket } from './work/ticket.js'

/** The console: the bar, the rail, and in the work view one queue and one ticket open; or a page beside it. */

/** Clocks, sound and the state of the line move twice a second; what may have grown old is looked at again now and then. */
const beatMs = 500
const lookAgainMs = 5_000
/** In a storm of events the page is shown again after twice the time that the last took to be painted, within these bounds. */
const leastApartMs = 100
const mostApartMs = 500
/** A key held down steps no faster than one can see, nor than browsers let the address change (200 times in 10 s). */
const heldStepMs = 60
const backShownMs = 6_000
const languageKey = 'vigil.language'

/** Whether the server ended the session, and why the selected ticket cannot be shown. */
const page = { ended: false, problem: /** @type {string | undefined} */ (undefined) }

/** Where the console is stands in the address, so that "back" works and everything can be linked to. */
const here = () => routeOf(location.hash, (name) => pageNamed(name) !== undefined)

/** The open ticket's id. */
const selected = () => {
  const { page: name, id } = here()
  return name === 'work' ? id : undefined
}

// ---- what is shown

let showing = false
let shownAt = 0
let apartMs = leastApartMs
/** Shows the present state, once for all changes of one moment, and in a storm of events not for each. */
function show() {
  if (showing) return
  showing = true
  const wait = shownAt + apartMs - now()
  if (wait > 0 && wait <= apartMs) after(wait, showNow)
  else queueMicrotask(showNow)
}

function showNow() {
  showing = false
  shownAt = now()
  byId('work').hidden = !currentSession() || isShut()
  byId('lock').hidden = !isShut()
  byId('login').hidden = Boolean(currentSession())
  if (isShut()) showLocked()
  else if (currentSession()) showWork()
  else showLogin({ ended: page.ended, onIn: loggedIn, onLanguage: switchLanguage })
  painted(() => {
    apartMs = Math.min(mostApartMs, Math.max(leastApartMs, 2 * (now() - shownAt)))
  })
}

function showWork() {
  const route = here()
  const isWork = route.page === 'work'
  byId('work').dataset.page = route.page
  byId('main').hidden = !isWork
  byId('page').hidden = isWork
  showAround(groups(whatIsKnown().queue).waiting)
  showRail(route.page)
  if (isWork) showTickets()
  else showPage(route)
  refreshDialog()
}

/** Whether the lock is in front. Not before the wall view: it tells of nobody, and whoever leaves it meets the lock. */
const isShut = () => isLocked() && here().page !== 'wall'

/** What a locked console shows and sounds. */
function showLocked() {
  const { link, loaded, queue } = whatIsKnown()
  const { waiting } = groups(queue)
  const isCut = cutSince() !== undefined
  soundAlarm(waiting, isCut)
  showTitle(waiting, 'work')
  showLock({
    waiting,
    loaded,
    operator: currentSession()?.operator.name ?? '',
    line: isCut ? 'cut' : link.live ? 'live' : 'connecting',
    sound: soundState(waiting, isCut),
    onUnlocked: unlocked,
    onLogOut: () => void logOut(),
    onLanguage: switchLanguage,
  })
}

/** The work view: the queue, and the ticket that is open. */
function showTickets() {
  leavePage()
  const { queue, loaded } = whatIsKnown()
  const id = selected()
  const parts = groups(queue)
  const ticket = ticketOf(id)
  showQueue(parts, { selected: id, loaded, onSelect: select })
  showTicket(ticket, {
    waiting: parts.waiting.length,
    selected: id,
    problem: page.problem,
    onBack: back,
    onCalled: called,
  })
  if (ticket) tellShown(ticket)
  if (ticket) showActions(ticket, snapshots)
  byId('main').dataset.view = id ? 'ticket' : 'queue'
}

/** All but queue and ticket: bar, title, sound. @param {import('./work/queue.js').Ticket[]} waiting */
function showAround(waiting) {
  const session = currentSession()
  if (!session) return
  const { link, listFailed, backAt } = whatIsKnown()
  const cut = cutSince()
  const main = byId('main')
  set(main, 'data-old', cut !== undefined || listFailed)
  main.style.setProperty('--old', JSON.stringify(t('link.old')))
  const isQuiet = quietWall()
  soundAlarm(isQuiet ? [] : waiting, !isQuiet && cut !== undefined)
  showTitle(waiting, here().page)
  showBar({
    link,
    waiting: { count: waiting.length, since: longestWait(waiting), first: waiting[0] },
    away: here().page !== 'work',
    cutSince: cut,
    cameBack: now() - backAt < backShownMs,
    listFailed,
    sound: soundState(waiting, cut !== undefined),
    pausedUntil: pausedUntil(),
    operator: { name: session.operator.name, role: session.operator.role },
    endsAt: Date.parse(session.expires_at),
    on: {
      go: goToMostUrgent,
      command: openCommandBar,
      sound: switchSound,
      language: switchLanguage,
      keys: showKeys,
      lock,
      logOut,
    },
  })
}

/** Whether the wall view is shown and was not told to ring: it hangs where everybody hears the consoles already. */
function quietWall() {
  const { page: name, query } = here()
  return name === 'wall' && query.get('sound') !== 'on'
}

// ---- what is done

/** With the password given, here and now. */
function loggedIn() {
  noteTouch(true)
  tellTabs()
  enter()
}

/** There is a session, from whenever. */
function enter() {
  if (isLocked() || isIdle()) return lock()
  page.ended = false
  void allowSound()
  beginToKnow({ onChange: onKnown, onNews: announce })
  show()
}

/** The way out, wanted or not. @param {boolean} ended the server took the session back */
function leave(ended) {
  page.ended = ended
  forget()
  forgetAll()
  shutDialog()
  shutCommandBar()
  leavePage()
  soundAlarm([], false)
  document.title = t('app.title')
  show()
}

async function logOut() {
  await call('/logout', { method: 'POST' }).catch(() => {})
  endSession()
  leave(false)
  tellTabs()
}

function isIdle() {
  const after = currentSession()?.lock_after_s ?? 0
  return after > 0 && idleMs() >= after * 1_000
}

/** Nobody sits here, or whoever did said that he leaves: all that is known of people goes, alarms go on. */
function lock() {
  forgetTouch()
  sessionIs(true)
  forget()
  forgetAll()
  shutDialog()
  shutCommandBar()
  byId('dialog').replaceChildren()
  showTickets()
  leavePage()
  showNow()
  byId('lock').querySelector('input')?.focus()
  void holdLock(() => {
    tellTabs()
    if (isLocked()) beginToKnow({ onChange: show, onNews: announce })
  })
}

function unlocked() {
  noteTouch(true)
  tellTabs()
  enter()
}

/** Another tab has done something with the session that all of them share. */
async function lookAtSession() {
  const before = currentSession()
  const wasLocked = isLocked()
  const found = await findSession()
  if (!found) return before && leave(false)
  if (before && before.operator.id !== found.operator.id) return location.reload()
  if (!before || wasLocked !== isLocked()) enter()
}

/** @param {string} id */
function select(id) {
  location.hash = workAddress(id)
}

/** One level up: from a thing to its list, from a list or a ticket to the queue. */
function back() {
  const { page: name, id } = here()
  if (name !== 'work' && id !== undefined) location.hash = addressOf(name)
  else if (name !== 'work' || id !== undefined) location.hash = workAddress()
}

let stepped = { at: 0, seen: true }

/** Held down, a key waits until its last step was seen: it must not go on by itself once it is let go. @param {1 | -1} by @param {boolean} held */
function step(by, held) {
  if (held && (!stepped.seen || now() - stepped.at < heldStepMs)) return
  stepped = { at: now(), seen: false }
  if (here().page === 'work') stepTicket(by)
  else stepRow(by)
}

/** @param {1 | -1} by */
function stepTicket(by) {
  const { waiting, in_hand, from_before, closed } = groups(whatIsKnown().queue)
  const order = [...waiting, ...in_hand, ...from_before, ...closed].map(({ id }) => id)
  const place = order.indexOf(selected() ?? '')
  const there = order[place < 0 ? 0 : Math.min(order.length - 1, Math.max(0, place + by))]
  if (there !== undefined) select(there)
}

function goToMostUrgent() {
  const { waiting, in_hand } = groups(whatIsKnown().queue)
  const first = waiting[0] ?? in_hand[0]
  if (first) select(first.id)
}

/** Not away from a ticket that is being worked on: Enter is pressed too easily for that. */
function openMostUrgent() {
  if (here().page !== 'work') return
  if ((ticketOf(selected())?.state ?? 'closed') === 'closed') goToMostUrgent()
}

function switchSound() {
  const { page: name, id } = here()
  if (name === 'wall') {
    location.hash = addressOf('wall', id, { sound: quietWall() ? 'on' : '' })
    return
  }
  pressSound(groups(whatIsKnown().queue).waiting, cutSince() !== undefined)
  show()
}

function switchLanguage() {
  useLanguage(language() === 'en' ? 'zh-CN' : 'en')
  localStorage.setItem(languageKey, language())
  document.documentElement.lang = language()
  show()
}

/** Tickets of which the house was told that they stood on this screen. @type {Set<string>} */
const toldShown = new Set()

/** Seen is when somebody could see it: on a page that is in front. @param {import('./work/queue.js').Ticket} ticket */
function tellShown({ id, state, times }) {
  if (times.shown || state === 'closed' || document.hidden || toldShown.has(id)) return
  toldShown.add(id)
  // Nothing that a dispatcher must know hangs on it; the next console tells it.
  call(`/tickets/${encodeURIComponent(id)}/shown`, { method: 'POST' }).catch(() => {})
}

/** @param {string} contact @param {boolean} reached */
const called = (contact, reached) => void tellContact(selected() ?? '', contact, reached, snapshots)

/** @param {string} key of whom Y and X shall be about */
function markCalled(key) {
  if (here().page !== 'work') return
  markCallee(key, ticketOf(selected()), snapshots)
  show()
}

/** @param {boolean} reached */
const calledMarked = (reached) => here().page === 'work' && void tellMarked(reached, ticketOf(selected()), snapshots)

/** @param {import('./house/rules.js').TicketAction} action */
const act = (action) => here().page === 'work' && void take(action, ticketOf(selected()), snapshots)

// ---- the beginning

function onKnown() {
  show()
  void lookAtSelected()
}

/** Fetches the selected ticket where the queue does not hold it. */
async function lookAtSelected() {
  const id = selected()
  page.problem = undefined
  const code = id === undefined ? undefined : await lookAt(id)
  if (code === undefined || id !== selected()) return
  page.problem = wordFor('error', code)
  show()
}

function onSelected() {
  showNow()
  painted(() => {
    stepped.seen = true
  })
  void lookAtSelected()
  if (here().page !== 'work') {
    byId('page').scrollTop = 0
    byId('page').focus({ preventScroll: true })
    return
  }
  byId('ticket').scrollTop = 0
  if (selected()) byId('ticket').focus({ preventScroll: true })
  document.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' })
}

function start() {
  useLanguage(languageFor(localStorage.getItem(languageKey), navigator.languages))
  document.documentElement.lang = language()
  whenEnded(() => leave(true))
  whenLocked(lock)
  whenTouched(() => currentSession() && !isLocked() && !isIdle() && noteTouch())
  hearTabs(() => void lookAtSession())
  onLearnt(show)
  const onKey = keyListener({
    step,
    go: goToMostUrgent,
    open: openMostUrgent,
    back,
    sound: switchSound,
    language: switchLanguage,
    help: showKeys,
    lock,
    command: openCommandBar,
    action: act,
    callee: markCalled,
    called: calledMarked,
  })
  const doing = {
    go: goToMostUrgent,
    sound: switchSound,
    language: switchLanguage,
    keys: showKeys,
    lock,
    logOut: () => void logOut(),
  }
  commandSources.push(
    consoleCommands({ ...doing, act, ticket: () => ticketOf(selected()), queue: () => whatIsKnown().queue }),
    registryCommands,
  )
  document.addEventListener('keydown', (event) => currentSession() && !isLocked() && onKey(event))
  for (const touch of ['keydown', 'pointerdown'])
    document.addEventListener(touch, () => {
      if (!mayPlay()) void allowSound().then(show)
      if (currentSession()) mayNotify()
    })
  window.addEventListener('hashchange', onSelected)
  every(beatMs, () => {
    beatAll()
    if (currentSession() && !isLocked() && isIdle()) lock()
    if (isShut()) showLocked()
    else if (currentSession()) showAround(groups(whatIsKnown().queue).waiting)
  })
  every(lookAgainMs, () => currentSession() && show())
  void begin(show, (fresh) => (fresh ? loggedIn() : enter()))
}

start()
