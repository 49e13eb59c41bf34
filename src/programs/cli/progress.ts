// The progress of a run as a line of text: pure, from the events so far.
import type { RunEvent, StopReason } from "../generate/RunEvent.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"

export interface ProgressState {
  readonly startedAtMs: number
  /** Items that this run may settle. */
  readonly toDo: number
  readonly accepted: number
  readonly rejected: number
  readonly deferred: number
  readonly inFlight: number
  readonly spentNanoUsd: NanoUsd
  readonly stopping: StopReason | null
}

export const initialProgress = (startedAtMs: number): ProgressState => ({
  startedAtMs,
  toDo: 0,
  accepted: 0,
  rejected: 0,
  deferred: 0,
  inFlight: 0,
  spentNanoUsd: 0,
  stopping: null
})

export const advance = (before: ProgressState, event: RunEvent): ProgressState => {
  const state = { ...before, spentNanoUsd: event.spentNanoUsd }
  switch (event.event) {
    case "started":
      return { ...state, toDo: event.toDo }
    case "begun":
      return { ...state, inFlight: state.inFlight + 1 }
    case "accepted":
      return { ...state, accepted: state.accepted + 1, inFlight: state.inFlight - 1 }
    case "rejected":
      return { ...state, rejected: state.rejected + 1, inFlight: state.inFlight - 1 }
    case "deferred":
      return { ...state, deferred: state.deferred + 1, inFlight: state.inFlight - 1 }
    case "stopping":
      return { ...state, stopping: event.stop }
    default:
      return state
  }
}

const barColumns = 20

/** `12:03`, `1:02:03`; `-` where it cannot be told. */
export const formatDuration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return "-"
  const whole = Math.round(seconds)
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (n: number) => String(n).padStart(2, "0")
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** The line, without color and without a line break, cut to `columns`. */
export const renderProgress = (
  state: ProgressState,
  budgetNanoUsd: NanoUsd | null,
  nowMs: number,
  columns: number
): string => {
  const done = state.accepted + state.rejected
  const share = state.toDo === 0 ? 1 : done / state.toDo
  const filled = Math.floor(share * barColumns)
  const seconds = Math.max(0.001, (nowMs - state.startedAtMs) / 1000)
  const perSecond = done / seconds
  const budget = budgetNanoUsd === null ? "" : ` of ${formatUsd(budgetNanoUsd)}`
  // A projection from nothing settled would be a guess.
  const projected = done === 0 || done >= state.toDo
    ? ""
    : `, ~${formatUsd(Math.round((state.spentNanoUsd / done) * state.toDo))} in all`
  const parts = [
    `[${"#".repeat(filled)}${".".repeat(barColumns - filled)}] ${done}/${state.toDo}`,
    `${state.accepted} accepted, ${state.rejected} rejected, ${state.inFlight} in flight`,
    `${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1)}/s`,
    state.stopping === null ? `ETA ${formatDuration((state.toDo - done) / perSecond)}` : "stopping",
    `${formatUsd(state.spentNanoUsd)}${budget}${projected}`
  ]
  const line = parts.join("  ")
  return line.length < columns ? line : line.slice(0, Math.max(0, columns - 1))
}
