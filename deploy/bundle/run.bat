@echo off
rem Find a Python that will do and let launch.py go on: run.bat COMMAND ...
rem Paths stand in quotes only, and ! is left alone, so that the folder may have any name.
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
set "HERE=%~dp0"
set "VERSION_ASKED="
rem A missing version must not be fetched from the internet.
set "PYTHON_MANAGER_AUTOMATIC_INSTALL=false"
if not defined XIGANG_PYTHON goto launcher
set "PYTHON_FOUND=%XIGANG_PYTHON%"
"%PYTHON_FOUND%" "%HERE%launch.py" suits >nul 2>nul && goto found
:launcher
set "PYTHON_FOUND=py"
for %%V in (@PYTHONS@) do py -%%V "%HERE%launch.py" suits >nul 2>nul && set "VERSION_ASKED=-%%V" && goto found
for %%P in (python python3) do %%P "%HERE%launch.py" suits >nul 2>nul && set "PYTHON_FOUND=%%P" && goto found
type "%HERE%no-python.txt"
for %%P in (py python python3) do %%P "%HERE%launch.py" suits 2>&1
pause
exit /b 1
:found
"%PYTHON_FOUND%" %VERSION_ASKED% "%HERE%launch.py" %*
