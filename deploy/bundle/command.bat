@"%~dp0launch\run.bat" @COMMAND@ %*
