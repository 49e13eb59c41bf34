// DuckDB as a contender of the consolidation benchmark, in the quickest form of those tried that keeps the lines as they
// are and in their order: read as text, slug and time taken out of each line in one go, the newest chosen by max_by.
// Others tried: read_json of the columns, both questions asked apart, the file read twice instead of kept in memory.
import * as fs from "node:fs"
import * as path from "node:path"

/** Not among the project's packages: its binary has 68 MB. */
export const duckDbPackage = "@duckdb/node-api"

interface DuckDb {
  readonly DuckDBInstance: {
    readonly create: (path: string) => Promise<{
      readonly connect: () => Promise<{ readonly run: (sql: string) => Promise<unknown> }>
    }>
  }
}

/** Names and values of options: a function's have an equals sign between them, those of COPY a space. */
const asText = (between: string): string =>
  [["header", "false"], ["delim", "'\x01'"], ["quote", "''"], ["escape", "''"]]
    .map((option) => option.join(between)).join(", ")

/** `updates` consolidated, and the same bytes as `successes`. */
export const duckDb = async (data: string): Promise<void> => {
  const { DuckDBInstance } = await import(duckDbPackage) as DuckDb
  const connection = await (await DuckDBInstance.create(":memory:")).connect()
  const file = (name: string) => path.join(data, "master", name)
  const updates = file("updates.jsonl")
  await connection.run(`
    CREATE TEMP TABLE lines AS SELECT row_number() OVER () AS n, line,
      json_extract_string(line, ['$.slug', '$._meta.acceptedAt']) AS said
    FROM read_csv('${updates}', columns = {'line': 'VARCHAR'}, auto_detect = false,
      strict_mode = false, max_line_size = 67108864, ${asText(" = ")})`)
  await connection.run(`
    COPY (SELECT line FROM lines SEMI JOIN (
      SELECT max_by(n, (coalesce(said[2], ''), n)) AS n FROM lines GROUP BY said[1]
    ) AS newest USING (n) ORDER BY n) TO '${updates}.new' (FORMAT csv, ${asText(" ")})`)
  fs.copyFileSync(`${updates}.new`, `${file("successes.jsonl")}.new`)
  for (const name of ["updates.jsonl", "successes.jsonl"]) {
    const handle = fs.openSync(`${file(name)}.new`, "r+")
    fs.fdatasyncSync(handle)
    fs.closeSync(handle)
    fs.renameSync(`${file(name)}.new`, file(name))
  }
}
