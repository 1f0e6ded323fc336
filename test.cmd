@echo off
setlocal
rem The same as "make test": everything is in bootstrap.py.
chcp 65001 >nul
cd /d "%~dp0"
rem Tried, not only looked for: Windows has a python.exe that does nothing but point to its store.
set "PYTHON="
python -c "" >nul 2>nul
if "%errorlevel%"=="0" set "PYTHON=python"
py -3 -c "" >nul 2>nul
if "%errorlevel%"=="0" set "PYTHON=py -3"
rem Whoever double-clicked has a window that closes with the last line.
if not defined PYTHON (
  type docs\no-python.txt
  if "%~1"=="" pause
  exit /b 9009
)
%PYTHON% bootstrap.py test %*
set "CODE=%errorlevel%"
if not "%CODE%"=="0" if "%~1"=="" pause
exit /b %CODE%
