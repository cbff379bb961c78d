# fish completion for git storage; made by: python -m gitstore.commands.pages

function __git_storage_ask
    git storage complete -- $argv[1] (commandline -ct) 2>/dev/null | string split0
end

function __git_storage_revisions
    git for-each-ref --format='%(refname:short)' refs/heads refs/tags 2>/dev/null
    __git_storage_ask target
end

complete -c git-storage -f
set -l __git_storage_verbs add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -s C -x -a '(__fish_complete_directories)'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a add -d 'Describe a storage and the data path that it feeds'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a ls -d 'List storages and data paths, or the objects of a data path'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a mv -d 'Move a data path, or rename an object within its data path'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a forget -d 'Describe a storage or data path no more'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a clone -d 'Clone a repository and bring up what it describes'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a start -d 'Bring up everything that a checkout describes'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a stage -d 'Bring recorded objects here'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a unstage -d 'Give local space back'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a mount -d 'Show data without copying it'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a umount -d 'End mounts'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a restore -d 'Bring a recorded version of objects back'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a cat -d 'Print the bytes of objects'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a url -d 'Print URLs of objects for other programs'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a status -d 'Show what is here, what changed, and what would happen'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a diff -d 'Show which objects differ'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a record -d 'Write local changes into the pointers, offline'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a sync -d 'Reconcile local files and storages, then write the pointers'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a rm -d 'Erase objects: here now, on the storage at the next sync'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a resolve -d 'Settle pointers that a merge left in conflict'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a trust -d 'Approve storages that a cloned project names'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a login -d 'Store credentials for a storage'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a logout -d 'Forget the credentials of a storage'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a undo -d 'Take back the last operation that changed anything'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a verify -d 'Read the bytes again, and hold them against what was recorded'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a doctor -d 'Look for what is wrong, and at what storages can do'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a install -d 'Set up git\'s hooks and drivers, for a clone or for all repositories'
complete -c git-storage -n "not __fish_seen_subcommand_from add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help" -a help -d 'Print the list of commands, or the page of one'
complete -c git-storage -n "__fish_seen_subcommand_from add" -l to -d 'the data path to feed' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from add" -l prefix -d 'feed what is below PREFIX/ only, or one object' -x
complete -c git-storage -n "__fish_seen_subcommand_from add" -l include -d 'describe only objects that match PATTERN; can be given again' -x
complete -c git-storage -n "__fish_seen_subcommand_from add" -l exclude -d 'describe no object like PATTERN; can be given again' -x
complete -c git-storage -n "__fish_seen_subcommand_from add" -l mode -d 'how to make it available' -x -a 'copy mount reference'
complete -c git-storage -n "__fish_seen_subcommand_from add" -l live -d 'keep no pointer: what the storage holds now is what counts'
complete -c git-storage -n "__fish_seen_subcommand_from add" -l access -d 'whether changes may go back' -x -a 'read write'
complete -c git-storage -n "__fish_seen_subcommand_from add" -l endpoint -d 'the service\'s own URL' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from add" -l region -d 'the region of the service' -x
complete -c git-storage -n "__fish_seen_subcommand_from add" -l account -d 'an Azure account, or a server\'s user' -x
complete -c git-storage -n "__fish_seen_subcommand_from add" -l anonymous -d 'go without credentials'
complete -c git-storage -n "__fish_seen_subcommand_from add" -l option -d 'what the provider of a package wants to know' -x
complete -c git-storage -n "__fish_seen_subcommand_from add" -l description -d 'one line for people' -x
complete -c git-storage -n "__fish_seen_subcommand_from add" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from add" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from add" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from add" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from add" -a '(__git_storage_ask storage)'
complete -c git-storage -n "__fish_seen_subcommand_from add" -F
complete -c git-storage -n "__fish_seen_subcommand_from ls" -s z -d 'print only paths, each ended by NUL'
complete -c git-storage -n "__fish_seen_subcommand_from ls" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from ls" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from ls" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from ls" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from ls" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from mv" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from mv" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from mv" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from mv" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from mv" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from mv" -F
complete -c git-storage -n "__fish_seen_subcommand_from forget" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from forget" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from forget" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from forget" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from forget" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from clone" -l no-stage -d 'bring up nothing, only install'
complete -c git-storage -n "__fish_seen_subcommand_from clone" -s j -l jobs -d 'transfers at a time; the default suits the storage' -x
complete -c git-storage -n "__fish_seen_subcommand_from clone" -l limit-rate -d 'bytes per second at most, such as 10M or 500K, both ways together; 0 for no limit' -x
complete -c git-storage -n "__fish_seen_subcommand_from clone" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from clone" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from clone" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from clone" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from clone" -F
complete -c git-storage -n "__fish_seen_subcommand_from start" -s y -l yes -d 'copy without a question, if there is room'
complete -c git-storage -n "__fish_seen_subcommand_from start" -l no-input -d 'ask nothing, as without a terminal'
complete -c git-storage -n "__fish_seen_subcommand_from start" -l skip -d 'leave a storage out; can be given again' -x -a '(__git_storage_ask storage)'
complete -c git-storage -n "__fish_seen_subcommand_from start" -s j -l jobs -d 'transfers at a time; the default suits the storage' -x
complete -c git-storage -n "__fish_seen_subcommand_from start" -l limit-rate -d 'bytes per second at most, such as 10M or 500K, both ways together; 0 for no limit' -x
complete -c git-storage -n "__fish_seen_subcommand_from start" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from start" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from start" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from start" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l all -d 'every data path'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l to -d 'the data path that a storage is to feed' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l location -d 'let the data lie in this directory of another disk, with a link at the data path' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l existing -d 'link what is in this directory already, if it is what was recorded' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l mount -d 'mount it instead, as git storage mount does'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l quick -d 'of what exists already, read a sample only'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l include -d 'stage only objects that match PATTERN; can be given again' -x
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l exclude -d 'stage no object like PATTERN; can be given again' -x
complete -c git-storage -n "__fish_seen_subcommand_from stage" -s n -l dry-run -d 'show what would be done and why, and change nothing'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -s j -l jobs -d 'transfers at a time; the default suits the storage' -x
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l limit-rate -d 'bytes per second at most, such as 10M or 500K, both ways together; 0 for no limit' -x
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l estimate -d 'say how many objects, bytes and requests it would take, and move nothing'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l budget -d 'move nothing if it would be more bytes than this, such as 500m or 10g' -x
complete -c git-storage -n "__fish_seen_subcommand_from stage" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from stage" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from unstage" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from unstage" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from unstage" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from unstage" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from unstage" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from mount" -l all -d 'every data path'
complete -c git-storage -n "__fish_seen_subcommand_from mount" -l live -d 'show the storage as it is, not the pointer'
complete -c git-storage -n "__fish_seen_subcommand_from mount" -l rw -d 'let files be written'
complete -c git-storage -n "__fish_seen_subcommand_from mount" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from mount" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from mount" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from mount" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from mount" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from umount" -l force -d 'also what is in use; open files are served until they are closed'
complete -c git-storage -n "__fish_seen_subcommand_from umount" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from umount" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from umount" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from umount" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from umount" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from restore" -l from -d 'the commit whose pointer names the version' -x -a '(__git_storage_revisions)'
complete -c git-storage -n "__fish_seen_subcommand_from restore" -l operation -d 'take the files that this operation put into the trash' -x
complete -c git-storage -n "__fish_seen_subcommand_from restore" -l limit-rate -d 'bytes per second at most, such as 10M or 500K, both ways together; 0 for no limit' -x
complete -c git-storage -n "__fish_seen_subcommand_from restore" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from restore" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from restore" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from restore" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from restore" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from cat" -l rev -d 'as this commit records it; without it, as the work tree does' -x -a '(__git_storage_revisions)'
complete -c git-storage -n "__fish_seen_subcommand_from cat" -l repo -d 'of another project: its URL, or a directory' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from cat" -l range -d 'only these bytes, counted from 0, both included: FIRST-LAST or FIRST-' -x
complete -c git-storage -n "__fish_seen_subcommand_from cat" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from cat" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from cat" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from cat" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from cat" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from url" -l rev -d 'as this commit records it; without it, as the work tree does' -x -a '(__git_storage_revisions)'
complete -c git-storage -n "__fish_seen_subcommand_from url" -l repo -d 'of another project: its URL, or a directory' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from url" -l sign -d 'with the right to read the object for so long, for whoever has the URL' -x
complete -c git-storage -n "__fish_seen_subcommand_from url" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from url" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from url" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from url" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from url" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from status" -l remote -d 'ask the storages, too'
complete -c git-storage -n "__fish_seen_subcommand_from status" -l explain -d 'show everything known about one object' -x -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from status" -l only-here -d 'list the files whose bytes exist only here, as far as is known'
complete -c git-storage -n "__fish_seen_subcommand_from status" -l exit-code -d 'exit with 1 if there is something to do'
complete -c git-storage -n "__fish_seen_subcommand_from status" -s z -d 'print only paths, each ended by NUL, of what is not in order'
complete -c git-storage -n "__fish_seen_subcommand_from status" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from status" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from status" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from status" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from status" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from diff" -l name-only -d 'print only paths'
complete -c git-storage -n "__fish_seen_subcommand_from diff" -s z -d 'print only paths, each ended by NUL'
complete -c git-storage -n "__fish_seen_subcommand_from diff" -l exit-code -d 'exit with 1 if something differs'
complete -c git-storage -n "__fish_seen_subcommand_from diff" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from diff" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from diff" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from diff" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from diff" -a '(__git_storage_revisions)'
complete -c git-storage -n "__fish_seen_subcommand_from record" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from record" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from record" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from record" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from record" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -l keep -d 'the answer to every conflict' -x -a 'local remote both skip'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -l delete -d 'erase on the storage what is missing here'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -l allow-deletes -d 'allow so many deletions without a question' -x
complete -c git-storage -n "__fish_seen_subcommand_from sync" -s n -l dry-run -d 'show what would be done and why, and change nothing'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -s j -l jobs -d 'transfers at a time; the default suits the storage' -x
complete -c git-storage -n "__fish_seen_subcommand_from sync" -l limit-rate -d 'bytes per second at most, such as 10M or 500K, both ways together; 0 for no limit' -x
complete -c git-storage -n "__fish_seen_subcommand_from sync" -l estimate -d 'say how many objects, bytes and requests it would take, and move nothing'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -l budget -d 'move nothing if it would be more bytes than this, such as 500m or 10g' -x
complete -c git-storage -n "__fish_seen_subcommand_from sync" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from sync" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from rm" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from rm" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from rm" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from rm" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from rm" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from resolve" -l keep -d 'the answer to every conflict' -x -a 'local remote ours theirs'
complete -c git-storage -n "__fish_seen_subcommand_from resolve" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from resolve" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from resolve" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from resolve" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from resolve" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -l write -d 'approve writing, not only reading'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -s y -l yes -d 'approve without a question'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -l repo -d 'another project, by its URL as git clone takes it' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from trust" -l list -d 'list what is approved here'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -l revoke -d 'approve the targets no more'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from trust" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from login" -l show -d 'say which credentials are used'
complete -c git-storage -n "__fish_seen_subcommand_from login" -l stdin -d 'read them as lines NAME=VALUE'
complete -c git-storage -n "__fish_seen_subcommand_from login" -l endpoint -d 'of a URL: the service\'s own URL' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from login" -l region -d 'of a URL: the region' -x
complete -c git-storage -n "__fish_seen_subcommand_from login" -l account -d 'of a URL: the account or user' -x
complete -c git-storage -n "__fish_seen_subcommand_from login" -l repo -d 'another project, by its URL as git clone takes it' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from login" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from login" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from login" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from login" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from login" -a '(__git_storage_ask storage)'
complete -c git-storage -n "__fish_seen_subcommand_from logout" -l endpoint -d 'of a URL: the service\'s own URL' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from logout" -l region -d 'of a URL: the region' -x
complete -c git-storage -n "__fish_seen_subcommand_from logout" -l account -d 'of a URL: the account or user' -x
complete -c git-storage -n "__fish_seen_subcommand_from logout" -l repo -d 'another project, by its URL as git clone takes it' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from logout" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from logout" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from logout" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from logout" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from logout" -a '(__git_storage_ask storage)'
complete -c git-storage -n "__fish_seen_subcommand_from undo" -l list -d 'only list the last operations, newest first, with what of them is in the trash'
complete -c git-storage -n "__fish_seen_subcommand_from undo" -l local -d 'leave the storages as they are, and ask none'
complete -c git-storage -n "__fish_seen_subcommand_from undo" -s n -l dry-run -d 'show what would be done and why, and change nothing'
complete -c git-storage -n "__fish_seen_subcommand_from undo" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from undo" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from undo" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from undo" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -l remote -d 'hold the storage\'s objects against the pointer too, by one listing'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -l content -d 'the same, and read their bytes'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -l sample -d 'read so much of all, by number, e.g. 5%' -x
complete -c git-storage -n "__fish_seen_subcommand_from verify" -l budget -d 'read so many bytes, e.g. 500m or 100g' -x
complete -c git-storage -n "__fish_seen_subcommand_from verify" -l since -d 'leave out what was found right since this date, or for so long, e.g. 30d' -x
complete -c git-storage -n "__fish_seen_subcommand_from verify" -s z -d 'print only paths, each ended by NUL'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -s n -l dry-run -d 'show what would be done and why, and change nothing'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -s j -l jobs -d 'transfers at a time; the default suits the storage' -x
complete -c git-storage -n "__fish_seen_subcommand_from verify" -l limit-rate -d 'bytes per second at most, such as 10M or 500K, both ways together; 0 for no limit' -x
complete -c git-storage -n "__fish_seen_subcommand_from verify" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from verify" -a '(__git_storage_ask target)'
complete -c git-storage -n "__fish_seen_subcommand_from doctor" -l all -d 'look at every storage, and only there'
complete -c git-storage -n "__fish_seen_subcommand_from doctor" -l bundle -d 'write a bug report without secrets' -r -F
complete -c git-storage -n "__fish_seen_subcommand_from doctor" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from doctor" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from doctor" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from doctor" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from doctor" -a '(__git_storage_ask storage)'
complete -c git-storage -n "__fish_seen_subcommand_from install" -l global -d 'for all repositories of this user'
complete -c git-storage -n "__fish_seen_subcommand_from install" -l uninstall -d 'take everything away again'
complete -c git-storage -n "__fish_seen_subcommand_from install" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from install" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from install" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from install" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from help" -l json -d 'print one JSON document'
complete -c git-storage -n "__fish_seen_subcommand_from help" -s q -l quiet -d 'say nothing but errors and what was asked for'
complete -c git-storage -n "__fish_seen_subcommand_from help" -s v -l verbose -d 'say more'
complete -c git-storage -n "__fish_seen_subcommand_from help" -s h -l help -d 'print help: -h what can be typed, --help the whole page'
complete -c git-storage -n "__fish_seen_subcommand_from help" -a 'add ls mv forget clone start stage unstage mount umount restore cat url status diff record sync rm resolve trust login logout undo verify doctor install help'
