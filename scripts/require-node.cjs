// Stops a script early, and says what to do, where the Node that runs it is too old. Old syntax on purpose.
var needed = [22, 19]
var found = process.version.slice(1).split(".").map(Number)

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(
    "inkfast: this is Node " + process.version + " (" + process.execPath + "), but Node " +
      needed.join(".") +
      " or later is needed.\n" +
      "The project brings its own (devDependency \"node\"), put in place by that package's install script.\n" +
      "It is missing: most likely the install ran with --ignore-scripts, or not through this package.json.\n" +
      "Do this:  npm ci        (without --ignore-scripts), then the same npm command again\n" +
      "or run it with a Node " + needed.join(".") + "+ of your own first on PATH."
  )
  process.exit(1)
}
