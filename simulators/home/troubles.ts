import { BOOTS_IN, type Machine, putOn, reboot, setCharge, takeOff } from '../devices/runtime.ts'
import type { Trouble } from './script.ts'
import { comeAbout, type Home, tell } from './state.ts'

const machineOf = ({ machines }: Home, device: string): Machine => {
  const machine = machines.find(({ plan }) => plan.id === device)
  if (!machine) throw new Error(`there is no device ${device}`)
  return machine
}

/** A device has its line while it has power and its own line is not cut, and the same holds for its gateway. */
function hasLine(home: Home, { running, outageUntil, plan }: Machine): boolean {
  if (!running || home.now < outageUntil) return false
  return plan.gateway === undefined || hasLine(home, machineOf(home, plan.gateway))
}

/** Tells of every line that went or came back. */
export function tellLines(home: Home): void {
  for (const machine of home.machines) {
    const up = hasLine(home, machine)
    if (up === machine.line) continue
    machine.line = up
    home.out.push({ what: 'link', at: home.now, home: home.plan, device: machine.plan, up })
  }
}

/** Takes a worn device off for the charger, or puts it on, for every sensor to notice. */
export function wear(home: Home, machine: Machine, on: boolean): void {
  if (on) putOn(machine, home.now)
  else takeOff(machine, home.now)
  comeAbout(home, machine.wearer, { what: 'worn', device: machine.plan.id, on })
}

function hit(home: Home, machine: Machine, trouble: Trouble): void {
  const { now } = home
  switch (trouble.what) {
    case 'link_lost':
      machine.outageUntil = Math.max(machine.outageUntil, now + trouble.lasts)
      return
    case 'reboot':
      reboot(machine, now)
      return
    case 'battery':
      setCharge(machine, now, trouble.percent)
      return
    case 'clock':
      machine.clock = { offset: trouble.offset, since: now }
      return
    case 'sends_twice':
      machine.sendsTwiceUntil = Math.max(machine.sendsTwiceUntil, now + trouble.lasts)
      return
    case 'taken_off':
      machine.offUntil = Math.max(machine.offUntil, now + trouble.lasts)
      wear(home, machine, false)
  }
}

const lastsOf = (trouble: Trouble): number =>
  trouble.what === 'reboot' ? BOOTS_IN : 'lasts' in trouble ? trouble.lasts : 0

/** A trouble begins. Nobody needs help for one: it is a device's. */
export function strike(home: Home, trouble: Trouble): void {
  const machine = machineOf(home, trouble.device)
  const at = home.now
  const until = at + lastsOf(trouble)
  tell(home, { at, until, event: trouble.what, device: trouble.device, needsHelp: false })
  hit(home, machine, trouble)
  tellLines(home)
  if ('lasts' in trouble) home.diary.put({ at: until, what: 'repair', trouble })
}

/** The end of a trouble that lasts. */
export function repair(home: Home, trouble: Trouble): void {
  const machine = machineOf(home, trouble.device)
  if (trouble.what === 'taken_off' && home.now >= machine.offUntil && !machine.worn) wear(home, machine, true)
  tellLines(home)
}
