import type { Place, Values } from "./completion-places.ts";

/**
 * The script for bash 3.2 and later, which macOS still has. It runs no program: the place is found by walking the
 * words, the values of options stepped over.
 */
export function bashCompletion(places: readonly Place[]): string {
  return `# bash completion for pkm
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
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="" place="" word i skip=""
  local commands="" options="" valued="" argument="" kind="" choices=""
  COMPREPLY=()
  _pkm_place ""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [ -n "$skip" ]; then
      [ "$word" = "=" ] || skip=""
      continue
    fi
    case "$word" in
      --) valued="" ;;
      -*) case "$valued" in *" $word "*) skip=1 ;; esac ;;
      *)
        if [ -n "$commands" ] && _pkm_place "\${place:+$place }$word"; then
          place="\${place:+$place }$word"
        fi ;;
    esac
  done
  # bash takes --option=value apart at the sign.
  previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  if [ "$current" = "=" ]; then
    current=""
  elif [ "$previous" = "=" ] && [ "$COMP_CWORD" -gt 1 ]; then
    previous="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  case "$valued" in
    *" $previous "*) _pkm_values "$place $previous" ;;
    *)
      case "$current" in
        -*) kind=choices choices="$options" ;;
        *)
          if [ -n "$commands" ]; then kind=choices choices="$commands"; else _pkm_values "$place :"; fi ;;
      esac ;;
  esac
  case "$kind" in
    choices) COMPREPLY=($(compgen -W "$choices" -- "$current")) ;;
    files)
      compopt -o filenames 2>/dev/null
      local IFS=$'\\n'
      COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}

complete -F _pkm pkm
`;
}

function placeCase({ name, commands, options }: Place): string {
  const words = commands.map(({ word }) => word).join(" ");
  const all = options.flatMap(({ long, short }) => [long, short ?? []].flat()).join(" ");
  const valued = options
    .filter(({ values }) => values !== undefined)
    .flatMap(({ long, short }) => [long, short ?? []].flat())
    .join(" ");
  return `    "${name}") commands="${words}" options="${all}" valued=" ${valued} " ;;`;
}

function valueCases({ name, options, argument }: Place): string[] {
  const lines = options.flatMap(({ long, short, values }) => {
    if (values === undefined || values.kind === "anything") return [];
    const patterns = [long, short ?? []].flat().map((word) => `"${name} ${word}"`);
    return [`    ${patterns.join(" | ")}) ${assignment(values)} ;;`];
  });
  return argument.kind === "anything"
    ? lines
    : [...lines, `    "${name} :") ${assignment(argument)} ;;`];
}

function assignment(values: Values): string {
  return values.kind === "choices"
    ? `kind=choices choices="${values.choices.join(" ")}"`
    : `kind=${values.kind}`;
}
