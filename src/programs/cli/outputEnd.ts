// How a command ends whose results could not be written: what is missing is said, and the code is no success.
import { ExitCode } from "../ExitCode.ts"
import { diskAdvice } from "./diskAdvice.ts"

/** Why standard output takes nothing more: the system's code, and the same in words. */
export interface OutputFailure {
  readonly code: string
  readonly words: string
}

export interface OutputEnd {
  readonly exitCode: number
  /** For a person; empty where the command has said it, as one does that pauses. */
  readonly message: string
}

/** `interruptedCode`: what a command exits with that the failure has stopped. */
export const outputEnd = (
  exitCode: number,
  { code, words }: OutputFailure,
  interruptedCode: number
): OutputEnd => {
  const { exitCode: adviceCode, next } = diskAdvice(code)
  const told =
    `standard output cannot be written: ${words} (${code}), and what was printed is not whole`
  return {
    exitCode: exitCode === ExitCode.done || exitCode === interruptedCode ? adviceCode : exitCode,
    message: exitCode === ExitCode.paused
      ? ""
      : `inkfast: ${told}${next === "" ? "" : `; ${next}`}\n`
  }
}
