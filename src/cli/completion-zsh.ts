import type { Place, Values } from "./completion-places.ts";

/** The script for zsh, with what each word is for; it may be evaluated or lie in a folder of `fpath` as `_pkm`. */
export function zshCompletion(places: readonly Place[]): string {
  return `#compdef pkm

_pkm_place() {
  case "$1" in
${places.map(placeCase).join("\n")}
    *) return 1 ;;
  esac
}

_pkm_values() {
  case "$1" in
${places.flatMap(valueCases).join("\n")}
    *) kind=anything ;;
  esac
}

_pkm() {
  local place="" word skip="" previous="" kind="" i
  local -a commands options valued choices
  _pkm_place ""
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    if [[ -n "$skip" ]]; then
      skip=""
    elif [[ "$word" == -* ]]; then
      (( \${valued[(Ie)$word]} )) && skip=1
    elif (( \${#commands} )) && _pkm_place "\${place:+$place }$word"; then
      place="\${place:+$place }$word"
    fi
  done
  previous="\${words[CURRENT-1]}"
  if [[ "$PREFIX" == --*=* ]]; then
    previous="\${PREFIX%%=*}"
    compset -P '*='
    skip=1
  fi
  if [[ -n "$skip" ]]; then
    _pkm_values "$place $previous"
  elif [[ "$PREFIX" == -* ]]; then
    _describe -o 'option' options
    return
  elif (( \${#commands} )); then
    _describe 'command' commands
    return
  else
    _pkm_values "$place :"
  fi
  case "$kind" in
    choices) compadd -a choices ;;
    files) _files ;;
  esac
}

if [[ "\${funcstack[1]}" == _pkm ]]; then _pkm "$@"; else compdef _pkm pkm; fi
`;
}

function placeCase({ name, commands, options }: Place): string {
  const described = commands.map(({ word, help }) => quoted(`${escaped(word)}:${help}`));
  const all = options.flatMap(({ long, short, help }) =>
    [long, short ?? []].flat().map((word) => quoted(`${escaped(word)}:${help}`)),
  );
  const valued = options
    .filter(({ values }) => values !== undefined)
    .flatMap(({ long, short }) => [long, short ?? []].flat());
  return [
    `    ${quoted(name)})`,
    `      commands=(${described.join(" ")})`,
    `      options=(${all.join(" ")})`,
    `      valued=(${valued.join(" ")}) ;;`,
  ].join("\n");
}

function valueCases({ name, options, argument }: Place): string[] {
  const lines = options.flatMap(({ long, short, values }) => {
    if (values === undefined || values.kind === "anything") return [];
    const patterns = [long, short ?? []].flat().map((word) => quoted(`${name} ${word}`));
    return [`    ${patterns.join(" | ")}) ${assignment(values)} ;;`];
  });
  return argument.kind === "anything"
    ? lines
    : [...lines, `    ${quoted(`${name} :`)}) ${assignment(argument)} ;;`];
}

function assignment(values: Values): string {
  return values.kind === "choices"
    ? `kind=choices choices=(${values.choices.map(quoted).join(" ")})`
    : `kind=${values.kind}`;
}

/** A colon ends the word in a description. */
function escaped(word: string): string {
  return word.replaceAll(":", String.raw`\:`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
