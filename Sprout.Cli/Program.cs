// The sprout command: parses arguments and maps outcomes to exit codes.
return 0;
