// What doctor found: one line per check, with what was seen and what to do about it.

export interface DoctorCheck {
  readonly name: string
  readonly outcome: "ok" | "warn" | "fail"
  readonly seen: string
  /** What to do next; empty where the outcome is `ok`. */
  readonly advice: string
}

export interface DoctorReport {
  /** Whether nothing failed; warnings are allowed. */
  readonly ok: boolean
  readonly checks: ReadonlyArray<DoctorCheck>
}

export const ok = (name: string, seen: string): DoctorCheck => ({
  name,
  outcome: "ok",
  seen,
  advice: ""
})

export const warn = (name: string, seen: string, advice: string): DoctorCheck => ({
  name,
  outcome: "warn",
  seen,
  advice
})

export const fail = (name: string, seen: string, advice: string): DoctorCheck => ({
  name,
  outcome: "fail",
  seen,
  advice
})

export const report = (checks: ReadonlyArray<DoctorCheck>): DoctorReport => ({
  ok: checks.every(({ outcome }) => outcome !== "fail"),
  checks
})
