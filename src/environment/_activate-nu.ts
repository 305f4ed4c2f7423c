import type { Activation } from "./activation.ts";

export function activateNu({ folder, scripts, prompt, relocatable }: Activation): string {
  return `# To be used from Nushell: overlay use ${scripts}/activate.nu
# The alias \`deactivate\` takes everything back.

${relocatable ? "const root = (path self | path dirname | path dirname)" : `const root = ${quoteNu(folder)}`}
const shown = ${quoteNu(prompt)}

export-env {
    # Windows spells it Path.
    let name = if 'Path' in $env { 'Path' } else { 'PATH' }
    let folders = ($env | get --ignore-errors $name | default [])
    let folders = if ($folders | describe) == 'string' { $folders | split row (char esep) } else { $folders }
    load-env {
        VIRTUAL_ENV: $root
        VIRTUAL_ENV_PROMPT: $shown
        $name: ($folders | prepend ($root | path join ${quoteNu(scripts)}))
    }
    hide-env --ignore-errors PYTHONHOME
    if (($env.VIRTUAL_ENV_DISABLE_PROMPT? | default '') == '') {
        let before = ($env.PROMPT_COMMAND? | default '')
        $env.PROMPT_COMMAND = {||
            let rest = if ($before | describe) == 'closure' { do $before } else { $before }
            $"\\(($shown)\\) ($rest)"
        }
    }
}

export alias pydoc = python -m pydoc
export alias deactivate = overlay hide activate
`;
}

/** A raw string with as many hashes as it takes. */
function quoteNu(text: string): string {
  let hashes = "#";
  while (text.includes(`'${hashes}`)) hashes += "#";
  return `r${hashes}'${text}'${hashes}`;
}
