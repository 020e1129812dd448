@echo off
rem Find a Python that will do and let launch.py go on: run.bat COMMAND ...
rem Paths stand in quotes and never behind "call", and ! is left alone, so that the folder may have any name.
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
set "HERE=%~dp0"
set "PYTHON_FOUND="
set "VERSION_ASKED="
rem A missing version must not be fetched from the internet.
set "PYTHON_MANAGER_AUTOMATIC_INSTALL=false"
if not defined XIGANG_PYTHON goto search
set "PYTHON_FOUND=%XIGANG_PYTHON%"
goto found
:search
pushd "%HERE%"
for %%V in (@PYTHONS@) do call :try py -%%V
for %%P in (python python3) do call :try %%P
if defined PYTHON_FOUND goto hand_over
type no-python.txt
for %%P in (py python python3) do call %%P launch.py suits 2>nul
pause
exit /b 1
:hand_over
popd
:found
"%PYTHON_FOUND%" %VERSION_ASKED% "%HERE%launch.py" %*
exit /b
:try
if defined PYTHON_FOUND exit /b
call %1 %2 launch.py suits >nul 2>nul
if not "%errorlevel%"=="0" exit /b
set "PYTHON_FOUND=%1"
set "VERSION_ASKED=%2"
exit /b
