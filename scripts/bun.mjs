// Runs the pinned Bun with the given arguments: node scripts/bun.mjs test src/standards
import { bunExecutable, installDependencies, run } from "./setup.mjs";

installDependencies();
run(bunExecutable(), process.argv.slice(2));
