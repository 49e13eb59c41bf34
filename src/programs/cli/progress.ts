// The progress of a run as a line of text: pure, from the events so far.
import type { RunEvent, StopReason } from "../generate/RunEvent.ts"
import type { Job } from "../../services/job/Job.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"

export interface ProgressState {
  readonly startedAtMs: number
  /** Items that this run may settle; null until it is known what earlier runs have settled. */
  readonly toDo: number | null
  readonly accepted: number
  readonly rejected: number
  readonly deferred: number
  /** Begun and not ended. */
  readonly open: number
  /** Of these, those that wait and take no place of others. */
  readonly waiting: number
  readonly spentNanoUsd: NanoUsd
  /** Null where no total budget is set. */
  readonly totalSpentNanoUsd: NanoUsd | null
  readonly stopping: StopReason | null
  /** Models that nothing is sent to, and until when (epoch milliseconds). */
  readonly paused: ReadonlyArray<{
    readonly model: string
    readonly untilMs: number
    readonly goesOn: string
  }>
}

export const initialProgress = (startedAtMs: number): ProgressState => ({
  startedAtMs,
  toDo: null,
  accepted: 0,
  rejected: 0,
  deferred: 0,
  open: 0,
  waiting: 0,
  spentNanoUsd: 0,
  totalSpentNanoUsd: null,
  stopping: null,
  paused: []
})

export const advance = (before: ProgressState, event: RunEvent): ProgressState => {
  const { spentNanoUsd, totalSpentNanoUsd, waiting } = event
  const state = { ...before, spentNanoUsd, totalSpentNanoUsd, waiting }
  switch (event.event) {
    case "started":
      return { ...state, toDo: event.toDo }
    case "begun":
      return { ...state, open: state.open + 1 }
    case "accepted":
      return { ...state, accepted: state.accepted + 1, open: state.open - 1 }
    case "rejected":
      return { ...state, rejected: state.rejected + 1, open: state.open - 1 }
    // A record that goes on standing is done, as a deferred item is: nothing comes of either.
    case "kept":
    case "deferred":
      return { ...state, deferred: state.deferred + 1, open: state.open - 1 }
    case "stopping":
      return { ...state, stopping: event.stop }
    case "paused": {
      const { inMs, model, until } = event
      const goesOn = goesOnAt(until, inMs)
      const others = state.paused.filter((pause) => pause.model !== model)
      return { ...state, paused: [...others, { model, untilMs: Date.parse(until), goesOn }] }
    }
    default:
      return state
  }
}

/** `12:03`, `1:02:03`; `-` where it cannot be told. */
export const formatDuration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return "-"
  const whole = Math.max(0, Math.round(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (n: number) => String(n).padStart(2, "0")
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

const dayMs = 24 * 60 * 60 * 1000

/** When a paused model goes on, as a clock in UTC shows it; with the date where that is a day or more ahead. */
export const goesOnAt = (until: string, inMs: number): string =>
  `${inMs < dayMs ? "" : `${until.slice(0, 10)} `}${until.slice(11, 19)} UTC`

const bar = (share: number, columns: number): string => {
  const filled = Math.min(columns, Math.floor(share * columns))
  return `[${"#".repeat(filled)}${".".repeat(columns - filled)}]`
}

export type Budgets = Pick<Job, "runBudgetNanoUsd" | "totalBudgetNanoUsd">

const ofBudget = (spentNanoUsd: NanoUsd, budgetNanoUsd: NanoUsd | null): string =>
  formatUsd(spentNanoUsd) + (budgetNanoUsd === null ? "" : ` of ${formatUsd(budgetNanoUsd)}`)

/** What the run has spent and will, and what all runs have spent where that is limited; in short what is nearest to its end. */
const moneyOf = (
  { spentNanoUsd, totalSpentNanoUsd }: ProgressState,
  budgets: Budgets,
  projectedNanoUsd: NanoUsd | null
): { readonly whole: string; readonly short: string } => {
  const own = ofBudget(spentNanoUsd, budgets.runBudgetNanoUsd)
  const projected = projectedNanoUsd === null ? "" : `, ~${formatUsd(projectedNanoUsd)} in all`
  if (totalSpentNanoUsd === null) return { whole: own + projected, short: own }
  const total = `${ofBudget(totalSpentNanoUsd, budgets.totalBudgetNanoUsd)} over all runs`
  return {
    whole: `${own}${projected}, ${total}`,
    short: budgets.runBudgetNanoUsd === null ? total : `${own}, ${total}`
  }
}

/** Masters and journals of earlier runs may be large. */
const opening = "looking at what there is"
const nothingToDo = "nothing to do"

/** The line, without color and without a line break: as much of it as stands within `columns`, never wrapped. */
export const renderProgress = (
  state: ProgressState,
  budgets: Budgets,
  nowMs: number,
  columns: number
): string => {
  const { accepted, open, rejected, spentNanoUsd, toDo, waiting } = state
  if (toDo === null || toDo === 0) {
    return (toDo === null ? opening : nothingToDo).slice(0, Math.max(0, columns - 1))
  }
  const inFlight = Math.max(0, open - waiting)
  const done = accepted + rejected
  const share = done / toDo
  const perSecond = done / Math.max(0.001, (nowMs - state.startedAtMs) / 1000)
  const count = `${done}/${toDo}`
  const rate = `${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1)}/s`
  const time = state.stopping === null
    ? `ETA ${formatDuration((toDo - done) / perSecond)}`
    : "stopping"
  const waits = state.paused.filter(({ untilMs }) => untilMs > nowMs).map(({ goesOn, model }) =>
    `${model} goes on at ${goesOn}`
  )
  // A projection from nothing settled would be a guess.
  const projected = done === 0 || done >= toDo || state.stopping !== null
    ? null
    : Math.round((spentNanoUsd / done) * toDo)
  const money = moneyOf(state, budgets, projected)
  const inWords = `${accepted} accepted, ${rejected} rejected, ${inFlight} in flight` +
    (waiting > 0 ? `, ${waiting} waiting` : "")
  const inSigns = `+${accepted} -${rejected} ~${inFlight}`
  // From the widest to what matters most: how far, what came of it, what it costs.
  const lines = [
    ...(waits.length === 0
      ? []
      : [[`${bar(share, 10)} ${count}`, inSigns, ...waits, money.short], [count, ...waits]]),
    [`${bar(share, 20)} ${count}`, inWords, rate, time, money.whole],
    [`${bar(share, 10)} ${count}`, inSigns, rate, time, money.whole],
    [`${bar(share, 10)} ${count}`, inSigns, time, money.whole],
    [count, inSigns, time, money.whole],
    [count, inSigns, money.short],
    [count, inSigns]
  ].map((parts) => parts.join("  "))
  return lines.find((line) => line.length < columns) ?? count.slice(0, Math.max(0, columns - 1))
}
