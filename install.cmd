@echo off
rem Installs Matte for GIMP on Windows: double-click it. install.py, beside it, does the work.
setlocal
cd /d "%~dp0"
call :find
if defined PYTHON goto run
echo Python is missing; installing it for you alone.
winget install --exact --id Python.Python.3.13 --scope user --source winget
call :find
if defined PYTHON goto run
echo Please install Python from https://www.python.org/downloads/windows/ and try again.
goto done
:run
%PYTHON% install.py %*
:done
pause
exit /b

:find
set "PYTHON="
where py >nul 2>nul && set "PYTHON=py -3"
if defined PYTHON exit /b
for %%V in (311 312 313 314) do call :try "%LOCALAPPDATA%\Programs\Python\Python%%V\python.exe"
exit /b

:try
if exist %1 set PYTHON=%1
exit /b
