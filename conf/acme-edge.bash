# Completion of acme-edge for bash: verbs and options from the command itself,
# names of certificates from the store.

_acme_edge_words()
{
    "$1" "${store[@]}" "${@:2}" 2>/dev/null
}

_acme_edge_names()
{
    _acme_edge_words "$1" status | awk 'NR > 1 && !NF { exit }
        NR > 1 { print $1 }'
}

_acme_edge_verbs()
{
    _acme_edge_words "$1" help | awk '/^  [a-z]/ && !seen[$1]++ { print $1 }'
}

# The options of a verb, as its usage has them.
_acme_edge_options()
{
    _acme_edge_words "$1" help "${@:2}" | awk 'NR == 1 {
        while (match($0, /--[a-z]+/)) {
            print substr($0, RSTART, RLENGTH)
            $0 = substr($0, RSTART + RLENGTH)
        }
    }'
}

# The second words of a verb that has two.
_acme_edge_seconds()
{
    _acme_edge_words "$1" help | awk -v verb="$2" '
        /^  [a-z]/ && $1 == verb && $2 ~ /^[a-z]/ { print $2 }'
}

_acme_edge_providers()
{
    _acme_edge_words "$1" account list | awk '/^provider / { print $2 }'
}

_acme_edge()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local -a store=()
    local verb='' second='' i words

    if [[ $before == --store ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
    fi
    case $before in
    --key | --out | --trust)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --reason)
        words='unspecified keyCompromise affiliationChanged superseded'
        words+=' cessationOfOperation'
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
        return
        ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --store) store=(--store "${COMP_WORDS[++i]}") ;;
        --provider | --reason | --key | --out | --trust) ((++i)) ;;
        -*) ;;
        *) [[ $verb ]] && second=${second:-${COMP_WORDS[i]}}
            verb=${verb:-${COMP_WORDS[i]}} ;;
        esac
    done
    case $verb,$word in
    account,-*)
        words="--help $(_acme_edge_options "$1" "$verb" ${second:+"$second"})"
        ;;
    *,-*) words="--help $(_acme_edge_options "$1" ${verb:+"$verb"})" ;;
    account,*)
        if [[ $second ]]; then
            words=$(_acme_edge_providers "$1")
        else
            words=$(_acme_edge_seconds "$1" "$verb")
        fi
        ;;
    import,* | revoke,*)
        words="$(_acme_edge_names "$1") $(compgen -f -- "$word")"
        ;;
    ,* | help,*) words=$(_acme_edge_verbs "$1") ;;
    *) words=$(_acme_edge_names "$1") ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _acme_edge acme-edge
