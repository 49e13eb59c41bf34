// The line that goes on where a command has stopped, to be pasted into a shell. Pure.

export interface Resumption {
  /** The words that start the program. */
  readonly command: ReadonlyArray<string>
  /** The command and its flags, as they were given. */
  readonly args: ReadonlyArray<string>
  /** Flags that say what the environment had said: another shell may not have it. Never the key. */
  readonly environment: ReadonlyArray<readonly [flag: string, value: string]>
  /** Flags that are to say something else than before. */
  readonly instead: ReadonlyArray<readonly [flag: string, value: string]>
}

/** Which job and which data: what another command of ours needs to look at the same. */
export const placeFlags = ["--job", "--data", "--in", "--key"]
/** And with which models: what a run needs besides. */
export const runPlaceFlags = [
  ...placeFlags,
  "--model",
  "--strong-model",
  "--base-url",
  "--prices"
]

/** Without the flag and its value, in either form. */
const without = (
  args: ReadonlyArray<string>,
  flag: string,
  isSwitch: boolean
): ReadonlyArray<string> =>
  args.filter((word, index) =>
    word !== flag && (isSwitch || args[index - 1] !== flag) && !word.startsWith(`${flag}=`)
  )

/** The flags of these names with their values, in either form. */
export const only = (
  args: ReadonlyArray<string>,
  flags: ReadonlyArray<string>
): ReadonlyArray<string> =>
  args.flatMap((word, index) => {
    const flag = flags.find((each) => word === each || word.startsWith(`${each}=`))
    return flag === undefined ? [] : word === flag ? args.slice(index, index + 2) : [word]
  })

const isTruth = (value: string): boolean => value === "true" || value === "false"

/** A switch takes its value with a `=` only. */
const wordsOf = ([flag, value]: readonly [string, string]): ReadonlyArray<string> =>
  value === "true" ? [flag] : isTruth(value) ? [`${flag}=${value}`] : [flag, value]

export const shellQuoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

export const resumeLine = ({ args, command, environment, instead }: Resumption): string => {
  const kept = instead.reduce(
    (rest, [flag, value]) => without(rest, flag, isTruth(value)),
    args
  )
  const isInstead = (flag: string): boolean => instead.some(([each]) => each === flag)
  const more = [...environment.filter(([flag]) => !isInstead(flag)), ...instead]
  return [...command, ...kept, ...more.flatMap(wordsOf)].map(shellQuoted).join(" ")
}
