import { harmlessInPrompt } from "./_activate-posix.ts";
import type { Activation } from "./activation.ts";

/** PowerShell on any system. Where the script lies tells the folder, so that no quoting can go wrong. */
export function activatePowerShell({ scripts, prompt }: Activation): string {
  return `# To be dot-sourced from PowerShell: . ${scripts}/activate.ps1
# The function \`deactivate\` takes everything back.

function global:deactivate ([switch] $NonDestructive) {
    if (Test-Path variable:_OLD_VIRTUAL_PATH) {
        $env:PATH = $global:_OLD_VIRTUAL_PATH
        Remove-Variable _OLD_VIRTUAL_PATH -Scope global
    }
    if (Test-Path variable:_OLD_VIRTUAL_PYTHONHOME) {
        $env:PYTHONHOME = $global:_OLD_VIRTUAL_PYTHONHOME
        Remove-Variable _OLD_VIRTUAL_PYTHONHOME -Scope global
    }
    if (Test-Path function:_old_virtual_prompt) {
        $function:prompt = $function:_old_virtual_prompt
        Remove-Item function:_old_virtual_prompt
    }
    foreach ($name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT') {
        if (Test-Path "env:$name") { Remove-Item "env:$name" }
    }
    if (-not $NonDestructive) { Remove-Item function:deactivate }
}

# Another environment may be active. What it kept is under the same names.
deactivate -NonDestructive

$env:VIRTUAL_ENV = Split-Path -Parent $PSScriptRoot
$env:VIRTUAL_ENV_PROMPT = ${quotePowerShell(prompt)}

$global:_OLD_VIRTUAL_PATH = $env:PATH
$env:PATH = $PSScriptRoot + [IO.Path]::PathSeparator + $env:PATH

if ($env:PYTHONHOME) {
    $global:_OLD_VIRTUAL_PYTHONHOME = $env:PYTHONHOME
    Remove-Item env:PYTHONHOME
}

if (-not $env:VIRTUAL_ENV_DISABLE_PROMPT) {
    function global:_old_virtual_prompt { '' }
    $function:_old_virtual_prompt = $function:prompt
    function global:prompt {
        Write-Host -NoNewline "($env:VIRTUAL_ENV_PROMPT) "
        _old_virtual_prompt
    }
}
`;
}

/** cmd.exe. The folder is where the script lies; only the prompt is text. */
export function activateBatch({ prompt, scripts }: Activation): string {
  const text = withoutLineEnds(prompt).replaceAll('"', "'").replaceAll("%", "%%");
  // In PROMPT a dollar begins a code.
  const shown = harmlessInPrompt(prompt).replaceAll("^", "_");
  return windowsLines(`@echo off
for %%i in ("%~dp0..") do set "VIRTUAL_ENV=%%~fi"
set "VIRTUAL_ENV_PROMPT=${text}"

if defined _OLD_VIRTUAL_PATH set "PATH=%_OLD_VIRTUAL_PATH%"
if not defined _OLD_VIRTUAL_PATH set "_OLD_VIRTUAL_PATH=%PATH%"
set "PATH=%VIRTUAL_ENV%\\${scripts};%PATH%"

if defined PYTHONHOME set "_OLD_VIRTUAL_PYTHONHOME=%PYTHONHOME%"
set PYTHONHOME=

if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
if not defined PROMPT set "PROMPT=$P$G"
set "_OLD_VIRTUAL_PROMPT=%PROMPT%"
if not defined VIRTUAL_ENV_DISABLE_PROMPT set "PROMPT=(${shown}) %PROMPT%"
`);
}

export const deactivateBatch: string = windowsLines(`@echo off
if defined _OLD_VIRTUAL_PATH set "PATH=%_OLD_VIRTUAL_PATH%"
set _OLD_VIRTUAL_PATH=
if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
set _OLD_VIRTUAL_PYTHONHOME=
if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
set _OLD_VIRTUAL_PROMPT=
set VIRTUAL_ENV=
set VIRTUAL_ENV_PROMPT=
`);

// cmd.exe loses its place in files whose lines end otherwise.
function windowsLines(text: string): string {
  return text.replaceAll("\n", "\r\n");
}

function withoutLineEnds(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "_");
}

// PowerShell takes the curly single quotes for quotes, too.
function quotePowerShell(text: string): string {
  return `'${text.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`;
}
