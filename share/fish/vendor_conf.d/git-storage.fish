# git storage in fish's completion of git; made by: python -m gitstore.commands.pages
#
# fish looks for programs called git-NAME by itself, but not in every version as they are called
# (3.6 asks for that of `git git-storage`). Where it does, saying it again changes nothing.

complete -c git -n __fish_git_needs_command -a storage -d 'keep data in its own storage and its description in git'
complete -c git -f -n '__fish_git_using_command storage' \
    -a '(__fish_git_complete_custom_command storage)'
