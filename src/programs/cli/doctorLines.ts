// What doctor found, a line for each check and one for what to do about it.
import type { DoctorReport } from "../doctor/DoctorReport.ts"

export const doctorLines = ({ checks }: DoctorReport): ReadonlyArray<string> =>
  checks.flatMap(({ advice, name, outcome, seen }) => [
    `${outcome.padEnd(4)} ${name.padEnd(8)} ${seen}`,
    ...(advice === "" ? [] : [`              -> ${advice}`])
  ])
