// `TypedCommand` of this process, from how Node was started and what npm says of itself in the environment.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { TypedCommand } from "../services/TypedCommand.ts"

const name = "inkfast"

export interface Start {
  /** Node as it was typed, and the flags that it was given itself. */
  readonly argv0: string
  readonly execArgv: ReadonlyArray<string>
  /** Absolute; a link is not followed. */
  readonly script: string
  readonly cwd: string
  /** Directories that a shell looks for commands in. */
  readonly path: ReadonlyArray<string>
  /** What npm sets for whatever it starts; empty where it started nothing. */
  readonly npmCommand: string
  readonly npmScript: string
  readonly npmScriptText: string
}

/** Whether the arguments after `npm run NAME --` are ours alone: its script ends in our own name or file. */
const isOwnScript = ({ cwd, npmScriptText, script }: Start): boolean => {
  const last = npmScriptText.trim().split(/\s+/).at(-1) ?? ""
  return last !== "" && (path.resolve(cwd, last) === script || last === path.basename(script))
}

/** The shorter one of a path from the working directory and an absolute one. */
const shortest = (cwd: string, file: string): string => {
  const relative = path.relative(cwd, file)
  return relative.length < file.length ? relative : file
}

/** Pure. */
export const typedCommand = (start: Start): ReadonlyArray<string> => {
  const { argv0, cwd, execArgv, npmCommand, npmScript, script } = start
  const isInstalled = path.basename(script) === name
  if (npmCommand === "exec") return ["npx", name]
  if (npmCommand !== "" && isOwnScript(start)) return ["npm", "run", npmScript, "--"]
  // Another script of npm, which has put the package's commands where the user's shell does not look.
  if (npmCommand !== "" && isInstalled) return ["npx", name]
  if (isInstalled && start.path.includes(path.dirname(script))) return [name]
  const file = shortest(cwd, script)
  if (isInstalled) return [file.includes(path.sep) ? file : `.${path.sep}${file}`]
  return [argv0, ...execArgv, file]
}

const variable = (of: string) => Config.String(of).pipe(Config.withDefault(""))

export const layer: Layer.Layer<TypedCommand> = Layer.effect(
  TypedCommand,
  Effect.gen(function*() {
    return typedCommand({
      argv0: process.argv0,
      execArgv: process.execArgv,
      script: process.argv[1] ?? name,
      cwd: process.cwd(),
      path: (yield* variable("PATH")).split(path.delimiter),
      npmCommand: yield* variable("npm_command"),
      npmScript: yield* variable("npm_lifecycle_event"),
      npmScriptText: yield* variable("npm_lifecycle_script")
    })
  }).pipe(Effect.orDie)
)
