// Loaded before a tool: it ends when the pipe to its standard input does, which the process that started it holds.
process.stdin.on("end", () => process.exit(1)).on("error", () => process.exit(1)).resume();
process.stdin.unref();
