// The exit codes of every command.

export const ExitCode = {
  done: 0,
  internalError: 1,
  usage: 2,
  paused: 3,
  authOrQuota: 4,
  rejects: 5,
  budget: 6,
  auditBroken: 7
} as const
